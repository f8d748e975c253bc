/**
 * Which units of an item a masking opens, drawn from (dataset digest, item, masking, seed) and nothing else: two runs, two
 * packs of one tokenizer and two machines open the same ones.
 *
 * Knows counts; knows neither words nor tokens.
 */
import { createHash } from 'node:crypto';
import { keyedUniform } from '../numerics/keyed-random.ts';

/** What all items of a benchmark share. */
export type MaskKey = {
  /** Sha256 of the dataset's items, hexadecimal. */
  readonly datasetDigest: string;
  /** In [0, 2^63). */
  readonly seed: bigint;
};

/** Returns the seed of one item's masks under one masking, in [0, 2^63). */
export function maskSeed({ datasetDigest, seed }: MaskKey, itemId: string, name: string): bigint {
  const named = JSON.stringify([datasetDigest, itemId, name, String(seed)]);
  return createHash('sha256').update(named).digest().readBigUInt64BE() >> 1n;
}

/** Returns `count` of the units 0 … `units` − 1, ascending; every such set is equally likely. */
export function drawUnits(units: number, count: number, seed: bigint): number[] {
  return Array.from({ length: units }, (_, unit) => unit)
    .map((unit) => ({ unit, draw: uniform(seed, unit) }))
    .toSorted((a, b) => a.draw - b.draw)
    .slice(0, count)
    .map(({ unit }) => unit)
    .toSorted((a, b) => a - b);
}

/** Returns the first unit of a span of `length` units, from 1 to `units` − `length`; each is equally likely. */
export function drawSpanStart(units: number, length: number, seed: bigint): number {
  return 1 + Math.floor(uniform(seed, 0) * (units - length));
}

function uniform(seed: bigint, position: number): number {
  return keyedUniform(seed, { purpose: 'masking', position, step: 0 });
}
