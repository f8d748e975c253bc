/**
 * One line of fills that were made elsewhere: `id` of the item, `masking` where there are several, `fills`, a text per mask;
 * `ids`, the tokens of all masks; and where it was scored `logProb` with `tokens`.
 *
 * Knows the fields; knows no benchmark.
 */

/** What a line says. */
export type FillsLine = {
  readonly id: string;
  /** Name; null where it is left out. */
  readonly masking: string | null;
  readonly fills: readonly string[];
  /** Ids of the open positions, in order; null where they are left out. */
  readonly ids: readonly number[] | null;
  /** Nats, ≤ 0. */
  readonly logProb: number | null;
  /** Scored tokens, ≥ 1. */
  readonly tokens: number | null;
};

/** UTF-16 units of one fill. */
const maxTextLength = 20_000;

/** Reads a line; a sentence where it is wrong. */
export function readFillsLine(text: string): FillsLine | string {
  const fields = parseObject(text);
  if (fields === null) return 'It is not a JSON object.';
  const { id, masking = null, fills, ids = null, logProb = null, tokens = null } = fields;
  if (typeof id !== 'string' && typeof id !== 'number') return 'Its `id` is missing.';
  if (masking !== null && typeof masking !== 'string') return 'Its `masking` is not a name.';
  if (!isTexts(fills)) {
    return `Its \`fills\` is no list of texts of at most ${maxTextLength} UTF-16 units.`;
  }
  if (ids !== null && !isIds(ids)) return 'Its `ids` is no list of token ids.';
  if (logProb !== null && !isLogProb(logProb)) {
    return 'Its `logProb` is not a finite number that is at most 0.';
  }
  if (tokens !== null && !isCount(tokens)) return 'Its `tokens` is not a positive integer.';
  return { id: String(id), masking, fills, ids, logProb, tokens };
}

function isTexts(value: unknown): value is readonly string[] {
  const isText = (each: unknown) =>
    typeof each === 'string' && each.length <= maxTextLength && !/\p{Surrogate}/u.test(each);
  return Array.isArray(value) && value.every(isText);
}

function isIds(value: unknown): value is readonly number[] {
  const isId = (each: unknown) => Number.isSafeInteger(each) && Number(each) >= 0;
  return Array.isArray(value) && value.every(isId);
}

/** JSON has numbers too large for a double, which are read as infinite. */
function isLogProb(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value <= 0;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { ...value } : null;
  } catch {
    return null;
  }
}
