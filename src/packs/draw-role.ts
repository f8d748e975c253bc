/**
 * From an opened checkpoint to the two graphs of a role.
 *
 * Knows which architectures are supported; knows no tokenizer and no manifest.
 */
import { InfillError } from '../errors.ts';
import { llama } from './architectures/llama.ts';
import type { Architecture, ModelPlan } from './architectures/model-plan.ts';
import { modernBert } from './architectures/modernbert.ts';
import { modernBertDecoder } from './architectures/modernbert-decoder.ts';
import { olmo } from './architectures/olmo.ts';
import { olmo2 } from './architectures/olmo2.ts';
import type { Checkpoint } from './checkpoint/checkpoint.ts';
import { GraphBuilder } from './onnx/graph-builder.ts';
import { encodeOnnx } from './onnx/onnx-model.ts';
import type { WeightLayout } from './weight-layout.ts';

const architectures: readonly Architecture[] = [llama, olmo, olmo2, modernBertDecoder, modernBert];

/** Position tables reach this far beyond the context, so that a padded pass at its end still finds its row. */
const extraPositions = 64;

/** Bounds the position tables, whatever a configuration says. */
const maxContextLength = 262_144;

/** A checkpoint with the architecture that understands it. */
export type PlannedRole = {
  readonly checkpoint: Checkpoint;
  readonly architecture: Architecture;
  readonly plan: ModelPlan;
};

/** The graphs of a role, encoded. */
export type DrawnRole = {
  readonly backbone: Uint8Array;
  readonly head: Uint8Array;
  readonly parameterCount: number;
};

/**
 * Finds the architecture of a checkpoint and reads its configuration.
 *
 * @throws InfillError UNSUPPORTED_CHECKPOINT for an architecture that is not in the table.
 */
export function planRole(checkpoint: Checkpoint): PlannedRole {
  const named = checkpoint.config.architectures;
  const name =
    Array.isArray(named) && named.length === 1 ? String(named[0]) : JSON.stringify(named ?? null);
  const architecture = architectures.find((candidate) => candidate.name === name);
  if (architecture === undefined) {
    const supported = architectures.map((candidate) => candidate.name).join(', ');
    throw new InfillError(
      'UNSUPPORTED_CHECKPOINT',
      `Architecture ${name} of ${checkpoint.name} is not supported; supported: ${supported}.`,
    );
  }
  return { checkpoint, architecture, plan: architecture.plan(checkpoint) };
}

/**
 * Draws backbone and head, and gives their weights places in `layout`.
 *
 * @param size - positions to make tables for, and logits to compute (at most the checkpoint's rows).
 * @throws InfillError INVALID_CHECKPOINT or UNSUPPORTED_CHECKPOINT for tensors that do not fit the configuration.
 */
export function drawRole(
  { checkpoint, architecture, plan }: PlannedRole,
  layout: WeightLayout,
  size: { contextLength: number; vocabularySize: number },
): DrawnRole {
  if (size.contextLength > maxContextLength) {
    throw new InfillError(
      'UNSUPPORTED_CHECKPOINT',
      `A context of ${size.contextLength} positions is too long; the limit is ${maxContextLength}.`,
    );
  }
  const backbone = new GraphBuilder(`${architecture.role}-backbone`, layout);
  plan.drawBackbone(backbone, size.contextLength + extraPositions);
  const head = new GraphBuilder(`${architecture.role}-head`, layout);
  plan.drawHead(head, size.vocabularySize);
  checkpoint.tensors.refuseUnused(architecture.harmlessTensors);
  return {
    backbone: encodeOnnx(backbone.finish()),
    head: encodeOnnx(head.finish()),
    parameterCount: checkpoint.tensors.takenElementCount(),
  };
}
