/**
 * Random draws keyed by what they are for: (seed, purpose, position, step). No hidden state, so a run draws
 * the same numbers alone, among others, and whatever order it visits its positions in.
 */
import { philox, type Words4 } from './philox.ts';

/** What a draw decides. The numbers are part of what a seed means: never reuse or renumber one. */
export const drawPurposes = {
  /** A token sampled from a decoder's own distribution. */
  sample: 0,
  /** A drafted token. */
  draft: 1,
  /** Whether a draft is accepted. */
  accept: 2,
  /** The token committed in place of a rejected draft. */
  residual: 3,
  /** The place of a position in a random order. */
  order: 4,
  /** Whether an open position is revealed in a denoising step. */
  reveal: 5,
  /** Whether a committed position reopens in a denoising step. */
  reopen: 6,
  /** How many positions a draw of an ELBO masks. */
  maskCount: 7,
  /** Which positions a draw of an ELBO masks. */
  maskedSet: 8,
  /** The seed of a sample after the first. */
  attempt: 9,
  /** Where a length bias is measured. */
  gap: 10,
  /** Which texts and masks a fusion is trained with. */
  training: 11,
  /** Which units of a benchmark's text are masked. */
  masking: 12,
  /** Which groups a bootstrap resample has. */
  resample: 13,
} as const;

/** A key of `drawPurposes`. */
export type DrawPurpose = keyof typeof drawPurposes;

/** Which draw of a purpose: `step` is 0 for decoders that visit each position once. */
export type DrawKey = {
  readonly purpose: DrawPurpose;
  readonly position: number;
  readonly step: number;
};

/**
 * Returns a number in (0, 1), never 0 or 1, with 52 random bits.
 *
 * @param seed - in [0, 2^63).
 */
export function keyedUniform(seed: bigint, key: DrawKey): number {
  const [high, low] = keyedWords(seed, key);
  // 26 bits of each word, centred in their cell so that neither 0 nor 1 can come out.
  return ((high >>> 6) * 2 ** 26 + (low >>> 6) + 0.5) / 2 ** 52;
}

/**
 * Returns four words, each uniform in [0, 2^32) and independent of the others.
 *
 * @param seed - in [0, 2^63).
 */
export function keyedWords(seed: bigint, { purpose, position, step }: DrawKey): Words4 {
  return philox([drawPurposes[purpose], position, step, 0], seedWords(seed));
}

/**
 * Returns the seed of a run's further sample, in [0, 2^63).
 *
 * @param seed - of the run, in [0, 2^63). @param index - of the sample, ≥ 1; the first has the run's own seed.
 */
export function sampleSeed(seed: bigint, index: number): bigint {
  const [high, low] = philox([drawPurposes.attempt, index, 0, 0], seedWords(seed));
  return (BigInt(high >>> 1) << 32n) | BigInt(low);
}

function seedWords(seed: bigint): [number, number] {
  return [Number(seed & 0xffffffffn), Number((seed >> 32n) & 0xffffffffn)];
}
