/**
 * Text to train on, as tokens of documents: which are held out, and which window and masks an example has.
 *
 * Everything is drawn by (seed, example), so an example is the same whenever it is asked for. Knows no model and no file.
 */
import { InfillError } from '../../errors.ts';
import { keyedUniform } from '../../numerics/keyed-random.ts';
import type { Tokenizer } from '../../text/tokenizer.ts';
import { WordEdges } from './word-edges.ts';

/** What examples are like. */
export type CorpusOptions = {
  /** Most tokens of an example. */
  readonly exampleLength: number;
  /** Share of the documents that is held out, in (0, 1). */
  readonly heldOutShare: number;
  /** In [0, 2^63). */
  readonly seed: bigint;
};

/** Tokens of a text, and those of its positions that are masked, ascending; at least one. */
export type Example = { readonly ids: readonly number[]; readonly masked: readonly number[] };

/** Documents with as many tokens in all as the running sums say. */
type Part = { readonly documents: readonly Int32Array[]; readonly ends: readonly number[] };

/** Fewest tokens of a document: shorter ones say little of what stands to the right. */
const minDocumentLength = 16;

/** Keys of the draws of one example; those of its masks follow. */
const draws = { place: 0, rate: 1, unit: 2, masks: 3 } as const;

/** Documents, cut into examples. */
export class Corpus {
  readonly #options: CorpusOptions;
  readonly #words: WordEdges;
  readonly #training: Part;
  readonly #heldOut: Part;

  /**
   * @param texts - documents are set apart by empty lines; one that is there again does not count.
   * @throws InfillError INVALID_INPUT when they have too few documents to hold one out
   */
  constructor(texts: readonly string[], tokenizer: Tokenizer, options: CorpusOptions) {
    this.#options = options;
    this.#words = new WordEdges(tokenizer);
    const written = texts.flatMap((text) => text.split(/\n\s*\n/)).map((text) => text.trim());
    // Once each: the other copy of what is held out would be trained on.
    const documents = [...new Set(written)]
      .map((document) => Int32Array.from(tokenizer.encode(document)))
      .filter(({ length }) => length >= minDocumentLength);
    const isHeldOut = documents.map((_, index) => this.#isHeldOut(index));
    this.#training = partOf(documents.filter((_, index) => isHeldOut[index] === false));
    this.#heldOut = partOf(documents.filter((_, index) => isHeldOut[index] === true));
    if (this.#training.documents.length === 0 || this.#heldOut.documents.length === 0) {
      throw new InfillError(
        'INVALID_INPUT',
        `The texts have ${documents.length} different documents of ${minDocumentLength} tokens and more, set apart by empty lines; ` +
          `of ${this.#training.documents.length} to train on and ${this.#heldOut.documents.length} held out, both need at least one.`,
      );
    }
  }

  /** An example to train on; its mask rate is uniform. @param index - ≥ 0. */
  example(index: number): Example {
    const rate = this.#uniform('example', index, draws.rate);
    return this.#cut(this.#training, { purpose: 'example', index, rate });
  }

  /** An example of the documents that are held out. @param index - ≥ 0; the same texts at every rate. */
  heldOutExample(index: number, rate: number): Example {
    return this.#cut(this.#heldOut, { purpose: 'heldOut', index, rate });
  }

  #isHeldOut(document: number): boolean {
    return this.#uniform('document', document, 0) < this.#options.heldOutShare;
  }

  #cut(part: Part, { purpose, index, rate }: Cut): Example {
    const total = part.ends.at(-1) ?? 0;
    const at = Math.floor(this.#uniform(purpose, index, draws.place) * total);
    const number = part.ends.findIndex((end) => at < end);
    const document = part.documents[number] ?? new Int32Array(0);
    const offset = at - ((part.ends[number] ?? 0) - document.length);
    const length = Math.min(this.#options.exampleLength, document.length);
    const start = Math.min(offset, document.length - length);
    const ids = [...document.subarray(start, start + length)];
    return { ids, masked: this.#masked(ids, { purpose, index, rate }) };
  }

  #masked(ids: readonly number[], { purpose, index, rate }: Cut): number[] {
    // Half of the examples have whole words masked, as texts have that people fill: a word's positions share one draw.
    const isByWord = this.#uniform(purpose, index, draws.unit) < 0.5;
    const units = isByWord ? this.#words.firstPositions(ids) : [...ids.keys()];
    const drawn = units.map((unit) => this.#uniform(purpose, index, draws.masks + unit));
    // A rate near 0 may mask nothing; then what came nearest is.
    const bound = Math.max(rate, Math.min(...drawn));
    return [...ids.keys()].filter((position) => (drawn[position] ?? 1) <= bound);
  }

  #uniform(purpose: keyof typeof streams, index: number, step: number): number {
    return keyedUniform(this.#options.seed, {
      purpose: 'training',
      position: index,
      step: streams[purpose] * 2 ** 24 + step,
    });
  }
}

type Cut = {
  readonly purpose: 'example' | 'heldOut';
  readonly index: number;
  readonly rate: number;
};

/** Draws of different things share no key. */
const streams = { document: 0, example: 1, heldOut: 2 } as const;

function partOf(documents: readonly Int32Array[]): Part {
  let end = 0;
  return { documents, ends: documents.map(({ length }) => (end += length)) };
}
