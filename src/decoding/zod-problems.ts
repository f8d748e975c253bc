/**
 * zod's findings as problems of an input.
 */
import type { ZodType, z } from 'zod';
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
  return { problems: parsed.error.issues.map((issue) => problemOf(issue, path, code)) };
}

function problemOf(issue: z.core.$ZodIssue, path: readonly string[], code: ErrorCode): Problem {
  const field = issue.path.map(String);
  const { requirement, limit } = requirementOf(issue);
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => `"${key}"`).join(', ');
    return { path, code, message: `There is no ${names} here.`, value: names, limit };
  }
  const value = shown(issue.input);
  const name = field.length === 0 ? 'What stands here' : `"${field.join('.')}"`;
  const message = `${name} is ${value}; it must be ${requirement}.`;
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
      return { requirement: `of type ${issue.expected}`, limit: null };
    default:
      return { requirement: issue.message, limit: null };
  }
}
