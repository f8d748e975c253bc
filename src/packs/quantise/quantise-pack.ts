/**
 * A pack with the matrices of its models in 8 or 4 bits, made from one in float.
 *
 * Knows the files of a pack and the order of the work. The same pack and options give the same bytes.
 */
import { constants } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadPackDescription } from '../load-pack.ts';
import {
  fusionWeightsFileName,
  type Manifest,
  manifestFileName,
  packDigest,
  parseManifest,
} from '../manifest.ts';
import { type Precision, precisionBits } from '../onnx/check-quantised.ts';
import { weightsFileName } from '../onnx/graph-builder.ts';
import { decodeOnnx, encodeOnnx, type OnnxModel } from '../onnx/onnx-model.ts';
import { createFolder, describeFiles } from '../pack-folder.ts';
import { requireFloat } from '../require-float.ts';
import { askForWeights, quantiseGraph } from './quantise-graph.ts';
import { QuantisedWeights } from './quantised-weights.ts';

/** The precisions that a pack in float can be brought to. */
export type QuantisedPrecision = Exclude<Precision, 'f32'>;

/** What is quantised, and how. */
export type QuantisePackOptions = {
  /** Of a pack in float. */
  readonly folder: string;
  readonly precision: QuantisedPrecision;
  /** Of the new pack. */
  readonly id: string;
  /** Program and version that quantises, for provenance. */
  readonly tool: string;
};

/**
 * Writes the quantised pack into `outFolder`, whole or not at all; returns its manifest.
 *
 * @throws INVALID_PACK; INVALID_OPTION for a bad id; UNSUPPORTED for a pack that is quantised already, or with a NaN in a
 *   matrix; CONFLICT when `outFolder` exists
 */
export function quantisePack(outFolder: string, options: QuantisePackOptions): Promise<Manifest> {
  return createFolder(outFolder, (target) => fillQuantisedPack(target, options));
}

/** As `quantisePack`, into a folder that exists and is empty but for the pack in float. */
export async function fillQuantisedPack(
  target: string,
  options: QuantisePackOptions,
): Promise<Manifest> {
  const { manifest } = await loadPackDescription(options.folder);
  requireFloat(manifest, 'only a pack of precision f32 can be quantised');
  return fillPack(target, manifest, options);
}

async function fillPack(
  target: string,
  manifest: Manifest,
  options: QuantisePackOptions,
): Promise<Manifest> {
  const groups = graphGroups(manifest);
  for (const group of groups) await quantiseGroup(target, group, options);
  const made = groups.flatMap(({ graphs, weights }) => [...graphs, weights]);
  for (const name of Object.keys(manifest.files).filter((each) => !made.includes(each))) {
    await copyFile(join(options.folder, name), join(target, name), constants.COPYFILE_FICLONE);
  }
  const files = { ...manifest.files, ...(await describeFiles(target, made)) };
  const quantised = describeQuantised(manifest, files, options);
  const text = `${JSON.stringify(quantised, null, 2)}\n`;
  await writeFile(join(target, manifestFileName), text);
  return quantised;
}

/** Graphs with the file that they keep their weights in. */
type GraphGroup = { readonly graphs: readonly string[]; readonly weights: string };

function graphGroups({ roles }: Manifest): GraphGroup[] {
  const { causal, masked, fusion } = roles;
  const graphs = [causal, masked].flatMap((role) => (role ? [role.backbone, role.head] : []));
  const groups: GraphGroup[] = [{ graphs, weights: weightsFileName }];
  if (fusion?.kind === 'linear') {
    const { causalHead, maskedHead } = fusion;
    groups.push({ graphs: [causalHead, maskedHead], weights: fusionWeightsFileName });
  }
  return groups;
}

async function quantiseGroup(
  target: string,
  { graphs, weights: file }: GraphGroup,
  { folder, precision }: QuantisePackOptions,
): Promise<void> {
  const weights = new QuantisedWeights();
  const storage = { bits: precisionBits[precision], file, weights };
  const models = new Map<string, OnnxModel>();
  for (const name of graphs) {
    const model = decodeOnnx(await readFile(join(folder, name)), name);
    models.set(name, model);
    askForWeights(model, storage);
  }
  weights.place();
  for (const [name, model] of models) {
    await writeFile(join(target, name), encodeOnnx(quantiseGraph(model, storage)));
  }
  await weights.write(join(folder, file), join(target, file));
}

function describeQuantised(
  manifest: Manifest,
  files: Manifest['files'],
  { precision, id, tool }: QuantisePackOptions,
): Manifest {
  const { causal, masked, fusion } = manifest.roles;
  const roles: Manifest['roles'] = {
    ...(causal && { causal: { ...causal, precision } }),
    ...(masked && { masked: { ...masked, precision } }),
    ...(fusion && { fusion: fusion.kind === 'linear' ? { ...fusion, precision } : fusion }),
  };
  const facts = { ...manifest, files, roles };
  const quantisedFrom = { id: manifest.id, digest: manifest.digest, tool };
  return parseManifest(
    {
      ...facts,
      id,
      digest: packDigest(facts),
      provenance: { ...manifest.provenance, quantisedFrom },
      // Figures of the pack before it.
      evaluation: [],
    },
    'INVALID_OPTION',
  );
}
