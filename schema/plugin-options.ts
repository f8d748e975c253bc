/**
 * Options that come as JSON: bounded before anything else looks at them.
 *
 * The decoder's own schema says what they must be; what it is given here cannot be deep or large.
 */
import { problemsError } from '../src/errors.ts';

/** Bounds far above what any decoder takes. */
const maxDepth = 8;
const maxValues = 256;
const maxTextLength = 4096;

/**
 * Returns the options as plain values.
 *
 * @param path - of the options in the input.
 * @throws INVALID_OPTION when they are no object, are nested too deep, or hold too much.
 */
export function pluginOptionsOf(
  options: unknown,
  path: readonly string[],
): Readonly<Record<string, unknown>> {
  if (!isObject(options)) throw invalid(path, 'The options are not an object.', null);
  const left = { values: maxValues, text: maxTextLength };
  let level: readonly unknown[] = [options];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) {
      throw invalid(path, `The options are nested deeper than the limit, ${maxDepth}.`, maxDepth);
    }
    left.values -= level.length;
    if (left.values < 0) {
      throw invalid(path, `The options hold more than ${maxValues} values.`, maxValues);
    }
    left.text -= level.reduce<number>((sum, value) => sum + textLengthOf(value), 0);
    if (left.text < 0) {
      const message = `The names and texts of the options have more than ${maxTextLength} UTF-16 units.`;
      throw invalid(path, message, maxTextLength);
    }
    level = level.flatMap((value) => (isNested(value) ? Object.values(value) : []));
  }
  return options;
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

function invalid(path: readonly string[], message: string, limit: number | null) {
  const shownLimit = limit === null ? null : String(limit);
  return problemsError([{ path, code: 'INVALID_OPTION', message, value: null, limit: shownLimit }]);
}
