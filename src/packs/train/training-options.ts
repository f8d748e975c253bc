/**
 * What a training is asked for.
 */
import type { WeightStorage } from '../weight-layout.ts';

/** A text, and what identifies it. */
export type TrainingText = {
  readonly name: string;
  readonly sha256: string;
  readonly sizeBytes: number;
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
  /** Whether the same training is in the work folder and goes on; else it begins, on features that are there or not. */
  readonly isResumed: boolean;
  readonly texts: readonly TrainingText[];
  /** In [0, 2^63). */
  readonly seed: bigint;
  readonly storage: WeightStorage;
  /** Threads of one pass. */
  readonly threads: number;
  readonly settings: TrainingSettings;
  /** In front of what the trained pack says of itself; empty: nothing. */
  readonly cardWords: string;
  /** Program and version that trains, for provenance. */
  readonly tool: string;
};

/** Numbers that the result depends on. */
export type TrainingSettings = {
  readonly examples: number;
  /** Most tokens of an example. */
  readonly length: number;
  /** Rounds over the features. */
  readonly epochs: number;
  /** Most positions of a batch. */
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
