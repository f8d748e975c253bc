/**
 * What one model of a pack would be, from its configuration alone.
 *
 * Draws its graphs as a build does, from tensors that need not be there. Knows no tokenizer and no other model.
 */
import type { ModelPlan } from '../architectures/model-plan.ts';
import { type CheckpointConfig, readConfig } from '../checkpoint/checkpoint.ts';
import { checkpointName } from '../checkpoint/checkpoint-file.ts';
import { ImaginedTensors } from '../checkpoint/imagined-tensors.ts';
import { type DrawnRole, drawRole, type PlannedRole, planRole } from '../draw-role.ts';
import { fitRole, type RoleName } from '../role-source.ts';
import type { WeightLayout } from '../weight-layout.ts';

/** A checkpoint whose configuration has been read. */
export type ConfiguredModel = PlannedRole & {
  readonly role: RoleName;
  /** Positions it was trained on. */
  readonly contextLength: number;
};

/** Parameters of a model, each counted once. */
export type ParameterCounts = {
  readonly embedding: number;
  /** All between embedding and head. */
  readonly backbone: number;
  /** Of the last linear layer, without what it shares with the embedding. */
  readonly head: number;
  readonly total: number;
  /** The head is the embedding, transposed. */
  readonly tied: boolean;
};

/** A model's graphs and what they are drawn from. */
export type DrawnModel = DrawnRole & { readonly parameters: ParameterCounts };

/**
 * Reads the configuration of the checkpoint in `folder` for `role`.
 *
 * @param context - trained positions; the configuration's maximum when undefined.
 * @throws InfillError as a build does, but for weights and tokenizer.
 */
export async function openConfiguredModel(
  role: RoleName,
  folder: string,
  context: number | undefined,
): Promise<ConfiguredModel> {
  const planned = planModel(folder, await readConfig(folder), new ImaginedTensors(folder));
  return { ...planned, role, contextLength: fitRole(planned, role, context) };
}

/**
 * Draws the model into `layout`, with tensors made up for it.
 *
 * @param vocabularySize - logits of the head.
 */
export function drawConfiguredModel(
  { checkpoint, contextLength }: ConfiguredModel,
  layout: WeightLayout,
  vocabularySize: number,
): DrawnModel {
  const tensors = new ImaginedTensors(checkpoint.folder);
  const planned = planModel(checkpoint.folder, checkpoint.config, tensors);
  let beforeHead = 0;
  const plan: ModelPlan = {
    ...planned.plan,
    drawHead: (graph, size) => {
      beforeHead = tensors.takenElementCount();
      planned.plan.drawHead(graph, size);
    },
  };
  const drawn = drawRole({ ...planned, plan }, layout, { contextLength, vocabularySize });
  const { vocabularyRows, shape } = plan;
  const embedding = tensors.firstElementCount([vocabularyRows, shape.hiddenSize]);
  const total = tensors.takenElementCount();
  const head = total - beforeHead;
  const backbone = beforeHead - embedding;
  return { ...drawn, parameters: { embedding, backbone, head, total, tied: head < embedding } };
}

function planModel(
  folder: string,
  config: CheckpointConfig,
  tensors: ImaginedTensors,
): PlannedRole {
  return planRole({ folder, name: checkpointName(folder), config, tensors });
}
