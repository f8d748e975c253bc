/**
 * Passages of given texts with seeded masks, the same for every decoder and every run of a measurement.
 *
 * One passage per document: its first tokens. Documents are taken at even distances over a file, so that neighbours,
 * which may be of one book, are far apart.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Pack } from '../src/index.ts';
import { keyedUniform } from '../src/numerics/keyed-random.ts';

/** A piece of text to measure on. */
export type Passage = {
  /** Name of its file. */
  readonly source: string;
  /** (T) */
  readonly ids: readonly number[];
};

/** Which passages. */
export type PassageOptions = {
  /** Plain text with documents separated by empty lines; or, where the name ends in `.jsonl`, a `text` per line. */
  readonly files: readonly string[];
  readonly perFile: number;
  /** T */
  readonly tokens: number;
};

/** Enough for every passage, however many bytes a token has; tokenizing a whole book would take long. */
const charactersPerToken = 40;

/** @throws where a file has too few documents of that many tokens. */
export function readPassages(pack: Pack, options: PassageOptions): Passage[] {
  return options.files.flatMap((file) => {
    const passages = documentsOf(file).flatMap((text): Passage[] => {
      const { ids } = pack.engine.tokenize(text.slice(0, options.tokens * charactersPerToken));
      const passage = ids.slice(0, options.tokens);
      return passage.length < options.tokens ? [] : [{ source: basename(file), ids: passage }];
    });
    if (passages.length < options.perFile) {
      throw new Error(
        `${file} has ${passages.length} documents of ${options.tokens} tokens or more; ${options.perFile} are needed.`,
      );
    }
    return evenly(passages, options.perFile);
  });
}

/** Returns `count` members at even distances. @param count - at most as many as there are. */
export function evenly<Member>(members: readonly Member[], count: number): Member[] {
  return Array.from({ length: count }, (_, place) => {
    const index = Math.floor((place * members.length) / count);
    return members.slice(index, index + 1);
  }).flat();
}

function documentsOf(file: string): string[] {
  const content = readFileSync(file, 'utf8');
  if (!file.endsWith('.jsonl')) return content.split(/\n{2,}/).map((text) => text.trim());
  return content
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => String(JSON.parse(line).text));
}

/** Masks have seeds of their own, far from those of runs and scores. */
const firstMaskSeed = 2n ** 40n;

/** A passage with some of its positions open. */
export type MaskedPassage = {
  /** (T) */
  readonly tokens: readonly (number | null)[];
  /** (S), what stood at the open positions. */
  readonly targets: readonly number[];
};

/**
 * Masks a passage, its index deciding where.
 *
 * Opens exactly max(1, round(rate × T)) positions, the first of a random order of the passage: what is open at one rate
 * is open at every higher one.
 */
export function maskedPassage({ ids }: Passage, index: number, rate: number): MaskedPassage {
  const draw = (position: number) =>
    keyedUniform(firstMaskSeed + BigInt(index), { purpose: 'maskedSet', position, step: 0 });
  const order = ids
    .map((_, position) => ({ position, key: draw(position) }))
    .toSorted((a, b) => a.key - b.key);
  const count = Math.max(1, Math.round(rate * ids.length));
  const open = new Set(order.slice(0, count).map(({ position }) => position));
  return {
    tokens: ids.map((id, position) => (open.has(position) ? null : id)),
    targets: ids.filter((_, position) => open.has(position)),
  };
}
