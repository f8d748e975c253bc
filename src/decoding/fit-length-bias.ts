/**
 * Measures how sure a masked model is of open spans of each length, whatever stands in them: what CAL divides by.
 *
 * Gaps of whole words are cut out of texts at random, and each is opened with every length in turn: the true length is
 * then as likely to be shorter as longer. Knows tokens; knows no file. Follows the idea of CAL, arXiv:2602.00476.
 */
import assert from 'node:assert/strict';
import { InfillError } from '../errors.ts';
import type { LoadedModels } from '../model/models.ts';
import { keyedUniform } from '../numerics/keyed-random.ts';
import { type Tokenizer, wordStartIds } from '../text/tokenizer.ts';
import { isInsideWord } from '../text/word-bytes.ts';
import { spanConfidence } from './span-confidence.ts';
import { TokenRules } from './token-rules.ts';

/** What is measured with. */
export type LengthBiasOptions = {
  /** Lengths 1 … this are measured. */
  readonly maxLength: number;
  /** How many gaps each length is the mean over. */
  readonly gapCount: number;
  /** In [0, 2^63); chooses the gaps. */
  readonly seed: bigint;
};

/** The means so far; the last is the bias. */
export type LengthBiasProgress = {
  /** Gaps measured. */
  readonly gapCount: number;
  /** (maxLength); entry i is of length i + 1. In (0, 1]. */
  readonly bias: readonly number[];
};

/** Known tokens to the left and right of an open span, and how many tokens stood in it. */
export type Gap = {
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly trueLength: number;
};

/** Fewest tokens around a gap. */
const minContext = 8;

/** The draws of one gap. */
const gapSteps = { text: 0, start: 1, length: 2, context: 3, side: 4 } as const;

/**
 * Measures gap by gap, `maxLength` masked passes each, and tells the means after each.
 *
 * @throws INVALID_INPUT when the texts have no place for a gap; UNSUPPORTED when the pack has no masked model;
 *   INVALID_OPTION when a span of `maxLength` leaves no room in the model's context
 */
export async function* fitLengthBias(
  models: LoadedModels,
  tokenizer: Tokenizer,
  texts: readonly string[],
  { maxLength, gapCount, seed }: LengthBiasOptions,
): AsyncGenerator<LengthBiasProgress, void, void> {
  const { masked, facts } = models;
  const { maskId, vocabularySize, bannedIds } = facts;
  if (masked === null || maskId === null) {
    throw new InfillError('UNSUPPORTED', `Pack "${facts.id}" has no masked model to measure.`);
  }
  const starts = wordStartIds(tokenizer, vocabularySize);
  const rules = (start: number) => new TokenRules(bannedIds, starts, new Set([start]));
  const cutter = new GapCutter(tokenizer, starts, texts, {
    maxLength,
    contextLength: facts.contextLength,
  });
  const sums = new Float64Array(maxLength);
  for (let index = 0; index < gapCount; index++) {
    const { left, right } = cutter.gap(seed, index);
    for (const lengthIndex of sums.keys()) {
      const length = lengthIndex + 1;
      const ids = [...left, ...new Array<null>(length).fill(null), ...right];
      const span = { start: left.length, end: left.length + length };
      const run = { ids, rules: rules(span.start) };
      sums[lengthIndex] =
        (sums[lengthIndex] ?? 0) + (await spanConfidence({ masked, maskId }, run, span));
    }
    yield { gapCount: index + 1, bias: Array.from(sums, (sum) => sum / (index + 1)) };
  }
}

/** Cuts gaps of whole words, as a slot after a space has them, out of tokenized texts. */
export class GapCutter {
  /** Texts with words to open: their tokens, and where a word begins. */
  readonly #texts: readonly {
    readonly ids: readonly number[];
    readonly starts: readonly number[];
  }[];
  readonly #endsBefore: (id: number) => boolean;
  readonly #limits: { readonly maxLength: number; readonly contextLength: number };

  /**
   * @param wordStarts - (V), 1 where a token begins a word after a space.
   * @throws INVALID_INPUT, INVALID_OPTION
   */
  constructor(
    tokenizer: Tokenizer,
    wordStarts: Uint8Array,
    texts: readonly string[],
    limits: { readonly maxLength: number; readonly contextLength: number },
  ) {
    const { maxLength, contextLength } = limits;
    if (maxLength < 1 || maxLength + minContext > contextLength) {
      throw new InfillError(
        'INVALID_OPTION',
        `Spans of up to ${maxLength} tokens are to be measured; it must be from 1 to ${contextLength - minContext}.`,
      );
    }
    this.#limits = limits;
    this.#endsBefore = (id) => !isInsideWord(tokenizer.bytesOf(id)[0] ?? 0);
    this.#texts = texts
      .map((text) => tokenizer.encode(text))
      .filter(({ length }) => length > minContext)
      .map((ids) => ({ ids, starts: ids.flatMap((id, at) => (wordStarts[id] === 1 ? [at] : [])) }))
      .filter(({ starts }) => starts.length > 0);
    if (this.#texts.length === 0) {
      throw new InfillError('INVALID_INPUT', 'The texts have no word after a space to open.');
    }
  }

  /** Returns the gap number `index` of a seed: a text, a word in it, a length and an amount of context, all uniform. */
  gap(seed: bigint, index: number): Gap {
    const draw = (step: keyof typeof gapSteps) =>
      keyedUniform(seed, { purpose: 'gap', position: index, step: gapSteps[step] });
    const { maxLength, contextLength } = this.#limits;
    const text = this.#texts[Math.floor(draw('text') * this.#texts.length)];
    const start = text?.starts[Math.floor(draw('start') * text.starts.length)];
    assert(text !== undefined && start !== undefined, 'A draw is below 1.');
    const { ids } = text;
    const end = this.#wordEnd(ids, start, 1 + Math.floor(draw('length') * maxLength));
    const room = contextLength - maxLength;
    const context = minContext + Math.floor(draw('context') * (room - minContext + 1));
    const before = Math.round(draw('side') * context);
    const left = ids.slice(Math.max(0, start - before), start);
    return {
      left,
      right: ids.slice(end, end + context - left.length),
      trueLength: end - start,
    };
  }

  /** The last end of a word within `wanted` tokens; of a longer word its own. */
  #wordEnd(ids: readonly number[], start: number, wanted: number): number {
    const isEnd = (at: number) => at >= ids.length || this.#endsBefore(ids[at] ?? 0);
    let end = Math.min(start + wanted, ids.length);
    while (end > start && !isEnd(end)) end -= 1;
    if (end > start) return end;
    end = start + 1;
    while (!isEnd(end)) end += 1;
    return end;
  }
}
