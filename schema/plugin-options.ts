/**
 * Options that come as JSON: bounded before anything else looks at them.
 *
 * The decoder's own schema says what they must be; what it is given here cannot be deep or large.
 */
import type { Problem } from '../src/errors.ts';

/** Bounds far above what any decoder takes. */
const maxDepth = 8;
const maxValues = 256;
const maxTextLength = 4096;

/** Options as plain values; none where something is wrong. */
export type ReadOptions = {
  readonly options: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
};

/**
 * Reads options that must be an object, neither nested too deep nor too large.
 *
 * @param path - of the options in the input.
 */
export function pluginOptionsOf(options: unknown, path: readonly string[]): ReadOptions {
  if (!isObject(options)) return refused(path, 'The options are not an object.', null);
  const left = { values: maxValues, text: maxTextLength };
  let level: readonly unknown[] = [options];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) {
      return refused(path, `The options are nested deeper than the limit, ${maxDepth}.`, maxDepth);
    }
    left.values -= level.length;
    if (left.values < 0) {
      return refused(path, `The options hold more than ${maxValues} values.`, maxValues);
    }
    left.text -= level.reduce<number>((sum, value) => sum + textLengthOf(value), 0);
    if (left.text < 0) {
      const message = `The names and texts of the options have more than ${maxTextLength} UTF-16 units.`;
      return refused(path, message, maxTextLength);
    }
    level = level.flatMap((value) => (isNested(value) ? Object.values(value) : []));
  }
  return { options, problems: [] };
}

function textLengthOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return isObject(value) ? Object.keys(value).join('').length : 0;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return isNested(value) && !Array.isArray(value);
}

function refused(path: readonly string[], message: string, bound: number | null): ReadOptions {
  const limit = bound === null ? null : String(bound);
  return { options: {}, problems: [{ path, code: 'INVALID_OPTION', message, value: null, limit }] };
}
