/**
 * Reads the graphs of a pack and checks each against the role it plays.
 *
 * Knows which contract belongs to which file; what is checked in a graph is `onnx/check-graph.ts`.
 */
import type { CausalManifest, Manifest, MaskedManifest } from './manifest.ts';
import { checkGraph } from './onnx/check-graph.ts';
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
  const { causal, masked } = manifest.roles;
  if (causal) await checkRole(root, manifest, causal, causalBackboneContract(causal));
  if (masked) await checkRole(root, manifest, masked, maskedBackboneContract(masked));
}

async function checkRole(
  root: string,
  manifest: Manifest,
  role: CausalManifest | MaskedManifest,
  backboneContract: GraphContract,
): Promise<void> {
  const weightsSize = manifest.files[weightsFileName]?.size ?? 0;
  // One more than the context: a single step at its end is padded to two rows.
  const positionCount = role.trainedContextLength + 1;
  const graphs = [
    { name: role.backbone, contract: backboneContract },
    { name: role.head, contract: headContract(role.hiddenSize, manifest.vocabularySize) },
  ];
  for (const { name, contract } of graphs) {
    const file = await requireRegularFile(root, name, 'INVALID_PACK');
    const model = decodeOnnx(await readBounded(file, maxGraphBytes, 'INVALID_PACK'), name);
    checkGraph(model, { name, contract, weightsSize, positionCount });
  }
}
