/**
 * A benchmark as this folder reads it: what was compared, on what, and everything that came out.
 *
 * Plain values; knows no database and no clock.
 */
import type { ItemResult } from './item-result.ts';
import type { Masking } from './masking.ts';
import type { Metric } from './metric.ts';

/** Who takes part: a pack with a decoder and its settings, or fills made elsewhere. */
export type EntrantFacts = {
  readonly id: string;
  /** Unique in its benchmark. */
  readonly label: string;
  /** Null for fills made elsewhere. */
  readonly decoderName: string | null;
  readonly modelId: string | null;
  readonly modelDigest: string | null;
  /** Sha256 of the vocabulary; equal exactly where token figures compare. Null where it is not known. */
  readonly vocabularyDigest: string | null;
  readonly settings: readonly NamedValue[];
};

/** A setting or fact with its value as text. */
export type NamedValue = { readonly name: string; readonly value: string };

/** What the masks come from. */
export type DatasetFacts = {
  readonly name: string;
  readonly digest: string;
  readonly licence: string;
  readonly source: string;
  readonly itemCount: number;
};

/** Everything that cells, differences, exports and reports are made of. */
export type BenchmarkResults = {
  readonly name: string;
  readonly dataset: DatasetFacts;
  /** In [0, 2^63); of masks, samples and resampling. */
  readonly seed: bigint;
  readonly maskings: readonly Masking[];
  readonly metrics: readonly Metric[];
  readonly entrants: readonly EntrantFacts[];
  readonly items: readonly ItemResult[];
  /** Versions, device, threads: what speed figures depend on. */
  readonly environment: readonly NamedValue[];
};
