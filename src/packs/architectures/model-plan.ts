/**
 * What an architecture makes of a checkpoint: its shape, and two functions that draw its graphs.
 *
 * Knows nothing of how a given architecture computes.
 */
import type { ModelRole } from '../../model/models.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';

/** Sizes of a model that its users need. */
export type ModelShape = {
  readonly layerCount: number;
  readonly hiddenSize: number;
  readonly headCount: number;
  readonly keyValueHeadCount: number;
  readonly headSize: number;
};

/** A checkpoint, understood. */
export type ModelPlan = {
  readonly shape: ModelShape;
  /** Rows of the embedding and of the head, padding included. */
  readonly vocabularyRows: number;
  /** Most positions the configuration allows. */
  readonly maxContextLength: number;
  /** Draws the graph from ids to hidden states, with position tables for `positionCount` positions. */
  drawBackbone(graph: GraphBuilder, positionCount: number): void;
  /** Draws the graph from hidden states to the first `vocabularySize` logits. */
  drawHead(graph: GraphBuilder, vocabularySize: number): void;
};

/** One supported architecture. */
export type Architecture = {
  /** As in `architectures` of `config.json`. */
  readonly name: string;
  readonly role: Exclude<ModelRole, 'fusion'>;
  /** Tensors that such a checkpoint may hold although the graphs do not need them. */
  readonly harmlessTensors: RegExp;
  /** @throws InfillError INVALID_CHECKPOINT or UNSUPPORTED_CHECKPOINT for a configuration that cannot be followed. */
  plan(checkpoint: Checkpoint): ModelPlan;
};
