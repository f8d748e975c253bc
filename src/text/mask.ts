/**
 * One mask of a template as a client described it: its length, key, choices and banned texts, and what is wrong with them.
 *
 * Knows limits; knows no tokens, so whether a choice fits its slot is decided after it is encoded.
 */
import type { Problem } from '../errors.ts';

/** How many positions a mask may have, ends included; equal where it is known. */
export type MaskLength = { readonly min: number; readonly max: number };

/** A gap of `length` positions; `key` is the client's own name for it. */
export type Mask = {
  readonly kind: 'mask';
  readonly length: MaskLength;
  readonly key: string | null;
  /** The texts it may have; null when anything may stand there. */
  readonly choices: readonly string[] | null;
  /** Texts of single tokens that may not stand anywhere in it. */
  readonly banned: readonly string[];
};

/** A mask as it was read: its length is null where what the client wrote is none. */
export type ReadMask = Omit<Mask, 'length'> & { readonly length: MaskLength | null };

/** What one mask may have. */
export const maskLimits = {
  positions: 1024,
  /** UTF-16 units of a key. */
  keyLength: 128,
  /** Choices, and as many banned texts. */
  choices: 1000,
} as const;

/** What is wrong, without where. */
export type Finding = Pick<Problem, 'message' | 'value' | 'limit'>;

/** Takes what is wrong with a field of a mask. */
export type Report = (finding: Finding, field: readonly string[]) => void;

/** What is wrong with a number of positions that the client wrote as `written`; null when nothing is. */
export function lengthFinding(length: number, written: string): Finding | null {
  if (Number.isSafeInteger(length) && length >= 1 && length <= maskLimits.positions) {
    return null;
  }
  return {
    message: `A mask has from 1 to ${maskLimits.positions} positions, not ${written}.`,
    value: written,
    limit: String(maskLimits.positions),
  };
}

/** What is wrong with a range that ends below its start; null when nothing is. */
export function rangeFinding({ min, max }: MaskLength): Finding | null {
  if (min <= max) return null;
  const message = `A range of positions ends below its start: ${min} is larger than ${max}.`;
  return { message, value: `${min}-${max}`, limit: null };
}

/**
 * Reports everything that is wrong with a mask besides its length, by field.
 *
 * @param keys - of the masks before it; its own is added.
 */
export function checkMask(mask: ReadMask, keys: Set<string>, report: Report): void {
  if (mask.key !== null) checkKey(mask.key, keys, report);
  if (mask.choices?.length === 0) {
    const message = 'A slot has an empty list of choices, so nothing could stand there.';
    report({ message, value: '0', limit: '1' }, ['choices']);
  }
  checkTexts(mask.choices ?? [], 'choices', report);
  checkTexts(mask.banned, 'banned', report);
}

function checkKey(key: string, keys: Set<string>, report: Report): void {
  const limit = maskLimits.keyLength;
  if (key.length > limit) {
    const message = `The key of a slot has ${key.length} UTF-16 units; the limit is ${limit}.`;
    report({ message, value: String(key.length), limit: String(limit) }, ['key']);
  }
  if (keys.has(key)) {
    report({ message: `Two slots have the key "${key}".`, value: key, limit: null }, ['key']);
  }
  keys.add(key);
}

function checkTexts(texts: readonly string[], field: 'choices' | 'banned', report: Report): void {
  const limit = maskLimits.choices;
  const name = field === 'choices' ? 'choices' : 'banned texts';
  if (texts.length > limit) {
    const message = `A slot has ${texts.length} ${name}; the limit is ${limit}.`;
    report({ message, value: String(texts.length), limit: String(limit) }, [field]);
    return;
  }
  const seen = new Set<string>();
  for (const [index, text] of texts.entries()) {
    const at = [field, String(index)];
    if (text === '')
      report({ message: `One of the ${name} is empty.`, value: '', limit: null }, at);
    if (seen.has(text)) {
      const message = `"${text}" is twice among the ${name} of a slot.`;
      report({ message, value: text, limit: null }, at);
    }
    seen.add(text);
  }
}
