/**
 * Sizes of the files of a pack, and of a trained fusion.
 *
 * Lays weights out as a build does. `pack.json`, a few thousand bytes, is not counted.
 */
import { ImaginedTensors } from '../checkpoint/imagined-tensors.ts';
import { fusionWeightsFileName } from '../manifest.ts';
import { weightsFileName } from '../onnx/graph-builder.ts';
import { graphFileNames } from '../role-manifest.ts';
import { WeightLayout, type WeightStorage } from '../weight-layout.ts';
import { type ConfiguredModel, type DrawnModel, drawConfiguredModel } from './plan-model.ts';

/** Bytes by file name. */
export type PlannedFiles = {
  readonly storage: WeightStorage;
  readonly files: Readonly<Record<string, number>>;
};

/** The layer that joins both models, once it is trained. */
export type PlannedFusion = {
  /** D_c + D_m. */
  readonly width: number;
  /** V × width weights and V biases. */
  readonly parameterCount: number;
  /** Of its weights. */
  readonly files: readonly PlannedFiles[];
};

const storages: readonly WeightStorage[] = ['f32', 'f16'];

/** Graphs of one storage and the files they make. */
export type PlannedDrawing<M> = PlannedFiles & {
  readonly models: readonly (M & { readonly drawn: DrawnModel })[];
};

/** Draws the models for each storage. */
export function planFiles<M extends ConfiguredModel>(
  models: readonly M[],
  vocabularySize: number,
): PlannedDrawing<M>[] {
  return storages.map((storage) => {
    const layout = new WeightLayout(storage);
    const files: Record<string, number> = {};
    const drawnModels = models.map((model) => {
      const drawn = drawConfiguredModel(model, layout, vocabularySize);
      const names = graphFileNames(model.role);
      files[names.backbone] = drawn.backbone.length;
      files[names.head] = drawn.head.length;
      return { ...model, drawn };
    });
    files[weightsFileName] = layout.byteLength;
    return { storage, files, models: drawnModels };
  });
}

/** @param widths - hidden sizes of the causal and the masked model. */
export function planFusion(
  widths: readonly [number, number],
  vocabularySize: number,
): PlannedFusion {
  const width = widths[0] + widths[1];
  const files = storages.map((storage) => {
    const layout = new WeightLayout(storage);
    const tensors = new ImaginedTensors('fusion');
    for (const [i, extent] of widths.entries()) {
      layout.placeTensors([tensors.take(`weight${i}`, [vocabularySize, extent])]);
    }
    layout.placeTensors([tensors.take('bias', [vocabularySize])]);
    return { storage, files: { [fusionWeightsFileName]: layout.byteLength } };
  });
  return { width, parameterCount: vocabularySize * (width + 1), files };
}
