/**
 * A masking: which part of every text of a dataset is open. A value, with a name that is part of what it masks.
 *
 * Knows limits; knows no text.
 */
import { InfillError, type Problem } from '../errors.ts';

/** Words are the same for every model; tokens are those of one tokenizer, so their maskings compare its packs only. */
export type MaskUnit = 'TOKEN' | 'WORD';

/**
 * - `RATE`: exactly max(1, round(rate · units)) units of a text, each a slot of its own.
 * - `SPAN`: `length` units in a row, one slot, not at the start of a text.
 */
type UnitMasking<Unit extends MaskUnit> =
  | { readonly kind: 'RATE'; readonly rate: number; readonly unit: Unit }
  | { readonly kind: 'SPAN'; readonly length: number; readonly unit: Unit };

/** A masking that opens tokens. */
export type TokenMasking = UnitMasking<'TOKEN'>;

/**
 * A masking that opens words or sentences, or whose masks came with the items.
 *
 * - `MIDDLE_SENTENCE`: the third of exactly five sentences.
 * - `EXPLICIT`: the masks of the item's template.
 */
export type TextMasking =
  | UnitMasking<'WORD'>
  | { readonly kind: 'MIDDLE_SENTENCE' }
  | { readonly kind: 'EXPLICIT' };

/** Which part of a text is open. */
export type Masking = TextMasking | TokenMasking;

/** What maskings may have. */
export const maskingLimits = {
  /** Rates are from this to 1, in thousandths. */
  smallestRate: 0.001,
  /** Units of a span. */
  spanLength: 64,
} as const;

/** Whether a masking opens tokens, and so compares packs of one tokenizer only; otherwise it opens text. */
export function opensTokens(masking: Masking): masking is TokenMasking {
  return 'unit' in masking && masking.unit === 'TOKEN';
}

/** Returns the stable name of a masking: `rate-0.3-word`, `span-4-token`, `middle-sentence`, `explicit`. */
export function maskingName(masking: Masking): string {
  switch (masking.kind) {
    case 'RATE':
      return `rate-${masking.rate}-${unitName(masking.unit)}`;
    case 'SPAN':
      return `span-${masking.length}-${unitName(masking.unit)}`;
    case 'MIDDLE_SENTENCE':
      return 'middle-sentence';
    case 'EXPLICIT':
      return 'explicit';
    default:
      return masking satisfies never;
  }
}

/**
 * Returns the masking of a name, the inverse of `maskingName`.
 *
 * @throws InfillError INVALID_INPUT for a name of no masking.
 */
export function maskingOfName(name: string): Masking {
  const masking = readName(name);
  if (masking !== null && maskingProblems(masking, []).length === 0) return masking;
  const forms = 'rate-0.3-word, span-4-token, middle-sentence and explicit';
  throw new InfillError(
    'INVALID_INPUT',
    `"${name}" is not the name of a masking; names are like ${forms}.`,
  );
}

/**
 * Returns everything that is wrong with a masking.
 *
 * @param path - of the masking in the input; a problem adds the field.
 */
export function maskingProblems(masking: Masking, path: readonly string[]): Problem[] {
  if (masking.kind === 'RATE') return rateProblems(masking.rate, [...path, 'rate']);
  if (masking.kind === 'SPAN') return lengthProblems(masking.length, [...path, 'length']);
  return [];
}

function rateProblems(rate: number, path: readonly string[]): Problem[] {
  const { smallestRate } = maskingLimits;
  const isThousandths = Number(rate.toFixed(3)) === rate;
  if (isThousandths && rate >= smallestRate && rate <= 1) return [];
  const limit = `${smallestRate} to 1`;
  const message = `A masking rate is from ${limit} with at most three decimals, not ${rate}.`;
  return [{ path, code: 'INVALID_INPUT', message, value: String(rate), limit }];
}

function lengthProblems(length: number, path: readonly string[]): Problem[] {
  const limit = `1 to ${maskingLimits.spanLength}`;
  if (Number.isInteger(length) && length >= 1 && length <= maskingLimits.spanLength) return [];
  const message = `A masked span has from ${limit} units, not ${length}.`;
  return [{ path, code: 'INVALID_INPUT', message, value: String(length), limit }];
}

function unitName(unit: MaskUnit): string {
  return unit === 'TOKEN' ? 'token' : 'word';
}

function readName(name: string): Masking | null {
  if (name === 'middle-sentence') return { kind: 'MIDDLE_SENTENCE' };
  if (name === 'explicit') return { kind: 'EXPLICIT' };
  const [, kind, written, unitOfName] = /^(rate|span)-([\d.]+)-(token|word)$/.exec(name) ?? [];
  if (written === undefined) return null;
  const unit = unitOfName === 'token' ? 'TOKEN' : 'WORD';
  const size = Number(written);
  if (String(size) !== written) return null;
  return kind === 'rate'
    ? { kind: 'RATE', rate: size, unit }
    : { kind: 'SPAN', length: size, unit };
}
