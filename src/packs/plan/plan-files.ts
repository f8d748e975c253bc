/**
 * Sizes of the files of a pack, and of a trained fusion, in each form that a pack can have.
 *
 * Lays weights out as builds, quantising and training do. `pack.json`, a few thousand bytes, is not counted.
 */
import { ImaginedTensors } from '../checkpoint/imagined-tensors.ts';
import { fusionWeightsFileName } from '../manifest.ts';
import { type Precision, precisionBits } from '../onnx/check-quantised.ts';
import { weightsFileName } from '../onnx/graph-builder.ts';
import { decodeOnnx, encodeOnnx, type OnnxModel } from '../onnx/onnx-model.ts';
import { askForWeights, quantiseGraph } from '../quantise/quantise-graph.ts';
import type { QuantisedPrecision } from '../quantise/quantise-pack.ts';
import { QuantisedWeights } from '../quantise/quantised-weights.ts';
import { graphFileNames } from '../role-manifest.ts';
import { storageSizes, WeightLayout, type WeightStorage } from '../weight-layout.ts';
import { type ConfiguredModel, type DrawnModel, drawConfiguredModel } from './plan-model.ts';

/** A form of a pack, and bytes by file name. */
export type PlannedFiles = {
  /** Of what is in float. */
  readonly storage: WeightStorage;
  /** Of the matrices. */
  readonly precision: Precision;
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
const quantisedPrecisions: readonly QuantisedPrecision[] = ['int8', 'int4'];

/** Graphs of one form, by file name, and the files they make. */
export type PlannedDrawing<M> = PlannedFiles & {
  readonly models: readonly (M & { readonly drawn: DrawnModel })[];
  readonly graphs: ReadonlyMap<string, OnnxModel>;
};

/** Draws the models for each storage, then quantised. */
export function planFiles<M extends ConfiguredModel>(
  models: readonly M[],
  vocabularySize: number,
): PlannedDrawing<M>[] {
  const drawings = storages.map((storage) => drawFiles(models, vocabularySize, storage));
  // Packs are quantised from what `pack build` makes unless it is told otherwise, which is float32.
  const [float] = drawings;
  const quantised = quantisedPrecisions.map(
    (precision) => float && quantiseFiles(float, precision),
  );
  return [...drawings, ...quantised.filter((drawing) => drawing !== undefined)];
}

function drawFiles<M extends ConfiguredModel>(
  models: readonly M[],
  vocabularySize: number,
  storage: WeightStorage,
): PlannedDrawing<M> {
  const layout = new WeightLayout(storage);
  const encoded = new Map<string, Uint8Array>();
  const drawnModels = models.map((model) => {
    const drawn = drawConfiguredModel(model, layout, vocabularySize);
    const names = graphFileNames(model.role);
    encoded.set(names.backbone, drawn.backbone).set(names.head, drawn.head);
    return { ...model, drawn };
  });
  const sizes = [...encoded].map(([name, bytes]) => [name, bytes.length] as const);
  const files = { ...Object.fromEntries(sizes), [weightsFileName]: layout.byteLength };
  const graphs = new Map([...encoded].map(([name, bytes]) => [name, decodeOnnx(bytes, name)]));
  return { storage, precision: 'f32', files, models: drawnModels, graphs };
}

function quantiseFiles<M>(
  float: PlannedDrawing<M>,
  precision: QuantisedPrecision,
): PlannedDrawing<M> {
  const weights = new QuantisedWeights();
  const storage = { bits: precisionBits[precision], file: weightsFileName, weights };
  for (const graph of float.graphs.values()) askForWeights(graph, storage);
  weights.place();
  const graphs = new Map(
    [...float.graphs].map(([name, graph]) => [name, quantiseGraph(graph, storage)]),
  );
  const sizes = [...graphs].map(([name, graph]) => [name, encodeOnnx(graph).length] as const);
  const files = { ...Object.fromEntries(sizes), [weightsFileName]: weights.byteLength };
  return { ...float, precision, files, graphs };
}

/** @param widths - hidden sizes of the causal and the masked model. */
export function planFusion(
  widths: readonly [number, number],
  vocabularySize: number,
): PlannedFusion {
  const forms = [
    ...storages.map((storage) => {
      const { byteLength } = layFusion(widths, vocabularySize, storage);
      return { storage, precision: 'f32' as const, byteLength };
    }),
    ...quantisedPrecisions.map((precision) => {
      const byteLength = quantisedFusionSize(widths, vocabularySize, precision);
      return { storage: 'f32' as const, precision, byteLength };
    }),
  ];
  const files = forms.map(({ byteLength, ...form }) => ({
    ...form,
    files: { [fusionWeightsFileName]: byteLength },
  }));
  const width = widths[0] + widths[1];
  return { width, parameterCount: vocabularySize * (width + 1), files };
}

/** As training writes it: two matrices and the bias. */
function layFusion(
  widths: readonly [number, number],
  vocabularySize: number,
  storage: WeightStorage,
) {
  const layout = new WeightLayout(storage);
  const tensors = new ImaginedTensors('fusion');
  const matrices = widths.map((width, index) => {
    const { offset } = layout.placeTensors([
      tensors.take(`weight${index}`, [vocabularySize, width]),
    ]);
    return { name: `weight${index}`, type: storage, offset, rows: vocabularySize, width };
  });
  const bias = layout.placeTensors([tensors.take('bias', [vocabularySize])]);
  return { matrices, bias, byteLength: layout.byteLength };
}

function quantisedFusionSize(
  widths: readonly [number, number],
  vocabularySize: number,
  precision: QuantisedPrecision,
): number {
  const { matrices, bias } = layFusion(widths, vocabularySize, 'f32');
  const weights = new QuantisedWeights();
  weights.keep(bias.offset, vocabularySize * storageSizes.f32);
  for (const matrix of matrices) weights.quantise(matrix, precisionBits[precision]);
  weights.place();
  return weights.byteLength;
}
