/**
 * zod's findings as problems of an input.
 */
import { type ZodType, z } from 'zod';
import type { ErrorCode, Problem } from '../errors.ts';

/** Longest text of a value that is shown, in UTF-16 units. */
const maxShownLength = 100;

/** A checked value, or all that is wrong with it. */
export type Checked<T> = { readonly value: T } | { readonly problems: readonly Problem[] };

/**
 * Checks plain fields against a schema.
 *
 * @param path - of the fields' object in the input.
 * @param code - of every problem.
 */
export function checkFields<T>(
  schema: ZodType<T>,
  fields: unknown,
  path: readonly string[],
  code: ErrorCode,
): Checked<T> {
  const parsed = schema.safeParse(fields, { reportInput: true });
  if (parsed.success) return { value: parsed.data };
  return {
    problems: parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? unknownFields(issue.keys, schema, path, code)
        : [problemOf(issue, path, code)],
    ),
  };
}

/** A problem for each, so that none depends on the others. */
function unknownFields(
  names: readonly string[],
  schema: ZodType,
  path: readonly string[],
  code: ErrorCode,
): Problem[] {
  const known = Object.keys(z.toJSONSchema(schema, { io: 'input' }).properties ?? {}).join(', ');
  return names.map((name) => {
    const value = shownText(name);
    const message = `There is no "${value}" here; there are: ${known}.`;
    return { path: [...path, value], code, message, value, limit: null };
  });
}

function problemOf(issue: z.core.$ZodIssue, path: readonly string[], code: ErrorCode): Problem {
  const field = issue.path.map(String);
  const { requirement, limit } = requirementOf(issue);
  const value = shown(issue.input);
  const name = field.length === 0 ? 'What stands here' : `"${field.join('.')}"`;
  const written = typeof issue.input === 'string' ? `"${value}"` : value;
  const message = `${name} is ${written}; it must be ${requirement}.`;
  return { path: [...path, ...field], code, message, value, limit };
}

/** A scalar as text; of anything else, which could have a text of any length or none, what it is. */
function shown(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object' && input !== null) return 'an object';
  return shownText(String(input));
}

/** A client's text, cut where it is long. */
export function shownText(text: string): string {
  return text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text;
}

function requirementOf(issue: z.core.$ZodIssue): { requirement: string; limit: string | null } {
  switch (issue.code) {
    case 'too_big': {
      const limit = String(issue.maximum);
      return { requirement: `${issue.inclusive ? 'at most' : 'below'} ${limit}`, limit };
    }
    case 'too_small': {
      const limit = String(issue.minimum);
      return { requirement: `${issue.inclusive ? 'at least' : 'above'} ${limit}`, limit };
    }
    case 'invalid_value': {
      const limit = issue.values.map(String).join(', ');
      return { requirement: `one of ${limit}`, limit };
    }
    case 'invalid_type':
      return { requirement: nounOf(issue), limit: null };
    default:
      return { requirement: issue.message, limit: null };
  }
}

function nounOf({ expected, input }: z.core.$ZodIssueInvalidType): string {
  // Infinity and NaN are of the type.
  if (expected === 'number') return typeof input === 'number' ? 'a finite number' : 'a number';
  return nouns.get(expected) ?? `of type ${expected}`;
}

const nouns: ReadonlyMap<string, string> = new Map([
  ['int', 'a whole number'],
  ['string', 'a text'],
  ['boolean', 'true or false'],
  ['object', 'an object'],
]);
