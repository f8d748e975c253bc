/**
 * zod's findings as problems of an input.
 */
import type { ZodType, z } from 'zod';
import type { ErrorCode, Problem } from '../errors.ts';

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
  fields: Readonly<Record<string, unknown>>,
  path: readonly string[],
  code: ErrorCode,
): Checked<T> {
  const parsed = schema.safeParse(fields, { reportInput: true });
  if (parsed.success) return { value: parsed.data };
  return { problems: parsed.error.issues.map((issue) => problemOf(issue, path, code)) };
}

function problemOf(issue: z.core.$ZodIssue, path: readonly string[], code: ErrorCode): Problem {
  const name = issue.path.map(String);
  const value = issue.input === undefined ? null : String(issue.input);
  const field = name.length === 0 ? 'These fields' : `"${name.join('.')}"`;
  return {
    path: [...path, ...name],
    code,
    message: `${field}: ${issue.message}${value === null || name.length === 0 ? '' : `; it is ${value}`}.`,
    value,
    limit: limitOf(issue),
  };
}

function limitOf(issue: z.core.$ZodIssue): string | null {
  switch (issue.code) {
    case 'too_big':
      return String(issue.maximum);
    case 'too_small':
      return String(issue.minimum);
    case 'invalid_value':
      return issue.values.map(String).join(', ');
    default:
      return null;
  }
}
