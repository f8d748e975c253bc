/**
 * A pack with a trained fusion: a copy of the pack it was trained for, with the layer in it.
 *
 * Knows the files of a pack; knows no training.
 */
import { constants } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadPackDescription } from '../load-pack.ts';
import {
  type FusionSource,
  fusionWeightsFileName,
  type LinearFusionManifest,
  lossCurveFileName,
  type Manifest,
  manifestFileName,
  packDigest,
  parseManifest,
} from '../manifest.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { headContract } from '../onnx/graph-contract.ts';
import { encodeOnnx } from '../onnx/onnx-model.ts';
import { createFolder, describeFiles } from '../pack-folder.ts';
import { WeightLayout, type WeightStorage } from '../weight-layout.ts';
import type { LayerArrays } from './fusion-parameters.ts';
import { trainedCard } from './trained-card.ts';

/** What is written. */
export type TrainedFusion = {
  /** Of the pack with it. */
  readonly id: string;
  /** (V, D_c + D_m) and (V). */
  readonly layer: LayerArrays;
  readonly source: FusionSource;
  /** How the layer is stored; float16 rounds it. */
  readonly storage: WeightStorage;
  /** An SVG. */
  readonly lossCurve: string;
  /** In front of what the pack says of itself; empty: nothing. */
  readonly cardWords: string;
  /** Program and version that trains, for provenance. */
  readonly tool: string;
};

const fusionNames = {
  causalHead: 'fusion-causal-head.onnx',
  maskedHead: 'fusion-masked-head.onnx',
};

/**
 * Writes the pack in `folder` with the fusion into `outFolder`, whole or not at all; returns its manifest.
 *
 * @throws INVALID_PACK; INVALID_OPTION for a bad id; CONFLICT when `outFolder` exists
 */
export async function writeTrainedPack(
  folder: string,
  outFolder: string,
  trained: TrainedFusion,
): Promise<Manifest> {
  const { manifest } = await loadPackDescription(folder);
  return createFolder(outFolder, async (target) => {
    const kept = Object.keys(manifest.files).filter((name) => !isOfFusion(name));
    for (const name of kept) {
      await copyFile(join(folder, name), join(target, name), constants.COPYFILE_FICLONE);
    }
    const parameterCount = await writeGraphs(target, manifest, trained);
    await writeFile(join(target, lossCurveFileName), trained.lossCurve);
    const names = [...Object.values(fusionNames), fusionWeightsFileName, lossCurveFileName];
    const files = { ...pick(manifest.files, kept), ...(await describeFiles(target, names)) };
    const { storage } = trained;
    const fusion = { kind: 'linear', ...fusionNames, parameterCount, storage } as const;
    return writeManifest(target, { parent: manifest, files, fusion }, trained);
  });
}

function isOfFusion(name: string): boolean {
  return [...Object.values(fusionNames), fusionWeightsFileName, lossCurveFileName].includes(name);
}

/** @returns the number of parameters. */
async function writeGraphs(
  target: string,
  { roles, vocabularySize }: Manifest,
  { layer, storage }: TrainedFusion,
): Promise<number> {
  const [causalWidth, maskedWidth] = [roles.causal?.hiddenSize ?? 0, roles.masked?.hiddenSize ?? 0];
  const layout = new WeightLayout(storage);
  const column = (start: number, width: number) =>
    columns(layer.weight, { start, width, stride: causalWidth + maskedWidth });
  const heads = [
    {
      name: fusionNames.causalHead,
      width: causalWidth,
      weight: column(0, causalWidth),
      bias: null,
    },
    {
      name: fusionNames.maskedHead,
      width: maskedWidth,
      weight: column(causalWidth, maskedWidth),
      bias: layer.bias,
    },
  ];
  for (const head of heads) {
    await writeFile(join(target, head.name), drawHead(layout, head, vocabularySize));
  }
  await layout.write(join(target, fusionWeightsFileName));
  return layer.weight.length + layer.bias.length;
}

type Head = {
  readonly name: string;
  readonly width: number;
  readonly weight: Float32Array;
  readonly bias: Float32Array | null;
};

function drawHead(layout: WeightLayout, { name, width, weight, bias }: Head, rowCount: number) {
  const graph = new GraphBuilder(name.replace('.onnx', ''), layout, fusionWeightsFileName);
  const contract = headContract(width, rowCount);
  for (const input of contract.inputs) graph.input(input);
  const inputs = ['hidden', graph.parameter(`${name}.weight`, weight, [rowCount, width])];
  if (bias !== null) inputs.push(graph.parameter(`${name}.bias`, bias, [rowCount]));
  graph.op('Gemm', inputs, { transB: 1 }, 'logits');
  for (const output of contract.outputs) graph.output(output);
  return encodeOnnx(graph.finish());
}

function columns(
  rows: Float32Array,
  { start, width, stride }: { start: number; width: number; stride: number },
): Float32Array {
  const rowCount = rows.length / stride;
  const part = new Float32Array(rowCount * width);
  for (let row = 0; row < rowCount; row++) {
    const from = row * stride + start;
    part.set(rows.subarray(from, from + width), row * width);
  }
  return part;
}

function pick(files: Manifest['files'], names: readonly string[]): Manifest['files'] {
  return Object.fromEntries(Object.entries(files).filter(([name]) => names.includes(name)));
}

type Written = {
  readonly parent: Manifest;
  readonly files: Manifest['files'];
  readonly fusion: LinearFusionManifest;
};

async function writeManifest(
  folder: string,
  { parent, files, fusion }: Written,
  { id, source, cardWords: words, tool }: TrainedFusion,
): Promise<Manifest> {
  const facts = { ...parent, files, roles: { ...parent.roles, fusion } };
  const { version, digest, card } = parent;
  const trainedFrom = { id: parent.id, version, digest, card, tool };
  const manifest = parseManifest(
    {
      ...facts,
      id,
      digest: packDigest(facts),
      card: trainedCard({ words, parent, fusion, source, tool }),
      provenance: { ...parent.provenance, fusion: source, trainedFrom },
      // Figures of the pack before it.
      evaluation: [],
    },
    'INVALID_OPTION',
  );
  await writeFile(join(folder, manifestFileName), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}
