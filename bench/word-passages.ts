/**
 * Passages cut by characters and masked by words: the same text is open whatever the vocabulary, so packs with different
 * tokenizers can be compared.
 *
 * A unit is what byte-level BPE never merges across: a word, a number or a run of marks, with the space before it.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Pack } from '../src/index.ts';
import { keyedUniform } from '../src/numerics/keyed-random.ts';
import { evenly } from './passages.ts';

/** A passage in units; joined, they are its text. */
export type WordPassage = {
  /** Name of its file. */
  readonly source: string;
  /** Which document of the file, from 0. */
  readonly document: number;
  readonly units: readonly string[];
};

/** Which passages. */
export type WordPassageOptions = {
  /** Plain text with documents separated by empty lines. */
  readonly files: readonly string[];
  /** At most this many of each file, at even distances. */
  readonly perFile: number;
  /** A passage has at most this many characters, and at least half of them. */
  readonly characters: number;
};

/** How GPT-2 cuts text before it merges bytes; tokenizers that cut otherwise are told by `tokensOf`. */
const unit = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

const sentence = /.+?(?:[.!?]["')]*\s+|$)/gsu;

/** Passages begin where a sentence begins. */
export function readWordPassages(options: WordPassageOptions): WordPassage[] {
  return options.files.flatMap((file) => {
    const documents = readFileSync(file, 'utf8').split(/\n{2,}/);
    const passages = documents.flatMap((text, document) =>
      pieces(text.trim(), options.characters).map((units) => ({
        source: basename(file),
        document,
        units,
      })),
    );
    return evenly(passages, Math.min(options.perFile, passages.length));
  });
}

/** Cuts a document into pieces of whole units, each from a sentence's start. */
function pieces(text: string, most: number): string[][] {
  const cut: string[][] = [];
  let begin = 0;
  for (const { index } of text.matchAll(sentence)) {
    if (index < begin) continue;
    const units = wholeUnits(text.slice(index, index + 2 * most), most);
    const size = units.reduce((sum, { length }) => sum + length, 0);
    if (size >= most / 2) cut.push(units);
    begin = index + size;
  }
  return cut;
}

/** The first units of a text, of at most `most` characters together. */
function wholeUnits(text: string, most: number): string[] {
  const units: string[] = [];
  let size = 0;
  for (const [part] of text.matchAll(unit)) {
    size += part.length;
    if (size > most) break;
    units.push(part);
  }
  return units;
}

/** The passage, or as many of its first units as have at most `most` tokens in every pack's vocabulary. */
export function fitted(passage: WordPassage, packs: readonly Pack[], most: number): WordPassage {
  const counts = packs.map(() => 0);
  const units: string[] = [];
  for (const text of passage.units) {
    for (const [index, { engine }] of packs.entries()) {
      counts[index] = (counts[index] ?? 0) + engine.tokenize(text).ids.length;
    }
    if (Math.max(...counts) > most) break;
    units.push(text);
  }
  return { ...passage, units };
}

/** Mask seeds are far from those of runs and scores. */
const firstMaskSeed = 2n ** 42n;

/**
 * Which units are open: exactly max(1, round(rate × units)), the first of a random order, so that what is open at one
 * rate is open at every higher one. @param index - the passage's; with it come its masks.
 */
export function openUnits({ units }: WordPassage, index: number, rate: number): Set<number> {
  const order = units
    .map((_, position) => {
      const key = { purpose: 'maskedSet', position, step: 0 } as const;
      return { position, draw: keyedUniform(firstMaskSeed + BigInt(index), key) };
    })
    .toSorted((a, b) => a.draw - b.draw);
  const count = Math.max(1, Math.round(rate * units.length));
  return new Set(order.slice(0, count).map(({ position }) => position));
}

/** A passage as a pack sees it. */
export type OpenTokens = {
  /** (T), null where open. */
  readonly tokens: readonly (number | null)[];
  /** What stood at the open positions. */
  readonly targets: readonly number[];
};

/** @throws where the pack's tokenizer cuts the passage across units, because then other text would be open. */
export function tokensOf(
  { engine }: Pack,
  { units }: WordPassage,
  open: ReadonlySet<number>,
): OpenTokens {
  const byUnit = units.map((text) => engine.tokenize(text).ids);
  const whole = engine.tokenize(units.join('')).ids;
  const joined = byUnit.flat();
  if (joined.length !== whole.length || joined.some((id, index) => id !== whole[index])) {
    throw new Error(`The pack's tokenizer cuts across words in: ${units.join('')}`);
  }
  return {
    tokens: byUnit.flatMap((ids, index) => ids.map((id) => (open.has(index) ? null : id))),
    targets: byUnit.flatMap((ids, index) => (open.has(index) ? ids : [])),
  };
}
