/**
 * Reads the graphs of a pack and checks each against the role it plays.
 *
 * Knows which contract belongs to which file; what is checked in a graph is `onnx/check-graph.ts`.
 */
import {
  type CausalManifest,
  fusionWeightsFileName,
  type LinearFusionManifest,
  type Manifest,
  type MaskedManifest,
} from './manifest.ts';
import { checkGraph, type GraphExpectation } from './onnx/check-graph.ts';
import { weightsFileName } from './onnx/graph-builder.ts';
import {
  causalBackboneContract,
  type GraphContract,
  headContract,
  maskedBackboneContract,
} from './onnx/graph-contract.ts';
import { decodeOnnx } from './onnx/onnx-model.ts';
import { readBounded, requireRegularFile } from './regular-file.ts';

/** Weights are outside the graphs, so that a graph is small. */
const maxGraphBytes = 16 * 1024 * 1024;

/** @throws InfillError INVALID_PACK naming the graph and the fact. */
export async function checkPackGraphs(root: string, manifest: Manifest): Promise<void> {
  const { causal, masked, fusion } = manifest.roles;
  if (fusion?.kind === 'linear') await checkFusion(root, manifest, fusion);
  if (causal) await checkRole(root, manifest, causal, causalBackboneContract(causal));
  if (masked) await checkRole(root, manifest, masked, maskedBackboneContract(masked));
}

async function checkRole(
  root: string,
  manifest: Manifest,
  role: CausalManifest | MaskedManifest,
  backboneContract: GraphContract,
): Promise<void> {
  // One more than the context: a single step at its end is padded to two rows.
  const positionCount = role.trainedContextLength + 1;
  const graphs = [
    { name: role.backbone, contract: backboneContract },
    { name: role.head, contract: headContract(role.hiddenSize, manifest.vocabularySize) },
  ];
  for (const graph of graphs) {
    await checkFile(root, {
      ...graph,
      weights: weightsOf(manifest, weightsFileName),
      positionCount,
      precision: role.precision,
    });
  }
}

async function checkFusion(
  root: string,
  manifest: Manifest,
  { causalHead, maskedHead, precision: quantised }: LinearFusionManifest,
): Promise<void> {
  const { causal, masked } = manifest.roles;
  const weights = weightsOf(manifest, fusionWeightsFileName);
  const precision = quantised ?? 'f32';
  const graphs = [
    { name: causalHead, width: causal?.hiddenSize ?? 0 },
    { name: maskedHead, width: masked?.hiddenSize ?? 0 },
  ];
  for (const { name, width } of graphs) {
    const contract = headContract(width, manifest.vocabularySize);
    await checkFile(root, { name, contract, weights, positionCount: 0, precision });
  }
}

function weightsOf({ files }: Manifest, name: string): GraphExpectation['weights'] {
  return { name, size: files[name]?.size ?? 0 };
}

async function checkFile(root: string, expected: GraphExpectation): Promise<void> {
  const { name } = expected;
  const file = await requireRegularFile(root, name, 'INVALID_PACK');
  const model = decodeOnnx(await readBounded(file, maxGraphBytes, 'INVALID_PACK'), name);
  checkGraph(model, expected);
}
