/**
 * What a training is asked for.
 */
import type { WeightStorage } from '../weight-layout.ts';

/** A text, and what identifies it. */
export type TrainingText = {
  readonly name: string;
  readonly sha256: string;
  readonly text: string;
};

/** What is trained, with what, and where. */
export type TrainPackOptions = {
  /** Of the pack whose two models are joined. */
  readonly folder: string;
  /** Where the trained pack goes; must not exist. */
  readonly outFolder: string;
  /** Of the trained pack. */
  readonly id: string;
  /** Made when absent; holds features and the state of the training. */
  readonly workFolder: string;
  readonly texts: readonly TrainingText[];
  /** In [0, 2^63). */
  readonly seed: bigint;
  readonly storage: WeightStorage;
  /** Threads of one pass. */
  readonly threads: number;
  readonly settings: TrainingSettings;
};

/** Numbers that the result depends on. */
export type TrainingSettings = {
  readonly examples: number;
  /** Most tokens of an example. */
  readonly length: number;
  /** Rounds over the features. */
  readonly epochs: number;
  /** Positions of a batch, at least. */
  readonly batch: number;
  readonly rate: number;
  readonly weightDecay: number;
  /** Share of the documents that is held out. */
  readonly heldOut: number;
  /** Held-out examples per mask rate. */
  readonly heldOutExamples: number;
  /** Steps between evaluations, and evaluations without a new best before it stops. */
  readonly evaluateEvery: number;
  readonly patience: number;
  /** Vocabulary rows of a block. */
  readonly blockRows: number;
};
