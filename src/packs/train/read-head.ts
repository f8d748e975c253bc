/**
 * The last linear layers of a pack's two models, as the numbers that an untrained fusion is made of.
 *
 * Knows where a head graph keeps its weights; knows no training.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InfillError } from '../../errors.ts';
import { halvesToFloats } from '../../numerics/half-float.ts';
import type { Manifest } from '../manifest.ts';
import { weightsFileName } from '../onnx/graph-builder.ts';
import { decodeOnnx, elementTypes, type OnnxTensor } from '../onnx/onnx-model.ts';
import { readRange } from '../regular-file.ts';
import { elementCount } from '../weight-layout.ts';
import type { LayerArrays } from './fusion-parameters.ts';

/**
 * [W_c / 2 ; W_m / 2] and b_c / 2 + b_m / 2: the layer that computes the mean of the two heads' logits.
 *
 * @param folder - of a pack that was checked.
 * @throws InfillError UNSUPPORTED when a role is missing
 */
export async function readMeanOfHeads(folder: string, manifest: Manifest): Promise<LayerArrays> {
  const { causal, masked } = manifest.roles;
  if (causal === undefined || masked === undefined) {
    throw new InfillError(
      'UNSUPPORTED',
      `Pack "${manifest.id}" has no causal and masked model to join.`,
    );
  }
  const rowCount = manifest.vocabularySize;
  const parts = [
    { width: causal.hiddenSize, ...(await readHead(folder, causal.head)) },
    { width: masked.hiddenSize, ...(await readHead(folder, masked.head)) },
  ];
  const width = causal.hiddenSize + masked.hiddenSize;
  const layer = { weight: new Float32Array(rowCount * width), bias: new Float32Array(rowCount) };
  let column = 0;
  for (const part of parts) {
    addHalf(layer, part, { column, width });
    column += part.width;
  }
  return layer;
}

type Head = { readonly weight: Float32Array; readonly bias: Float32Array | null };

/** Writes half of a head's weights into its columns, and adds half of its biases. */
function addHalf(
  layer: LayerArrays,
  head: Head & { readonly width: number },
  { column, width }: { readonly column: number; readonly width: number },
): void {
  for (let row = 0; row < layer.bias.length; row++) {
    const values = head.weight.subarray(row * head.width, (row + 1) * head.width);
    layer.weight.set(
      values.map((value) => value / 2),
      row * width + column,
    );
    layer.bias[row] = (layer.bias[row] ?? 0) + (head.bias?.[row] ?? 0) / 2;
  }
}

async function readHead(folder: string, name: string): Promise<Head> {
  const { graph } = decodeOnnx(await readFile(join(folder, name)), name);
  const gemm = graph.node.find(({ opType }) => opType === 'Gemm');
  const [, weight, bias] = await Promise.all(
    (gemm?.input ?? []).map((input, index) => (index === 0 ? null : read(input))),
  );
  if (!weight) {
    throw new InfillError('UNSUPPORTED', `${name} is no linear layer with weights in float.`);
  }
  return { weight, bias: bias ?? null };

  /** Half-precision weights go through a cast, whose input is the constant. */
  async function read(input: string): Promise<Float32Array> {
    const cast = graph.node.find(({ output, opType }) => opType === 'Cast' && output[0] === input);
    const constant = cast?.input[0] ?? input;
    const tensor = graph.initializer.find((candidate) => candidate.name === constant);
    if (tensor === undefined) {
      throw new InfillError('INVALID_PACK', `${name} has no constant ${constant}.`);
    }
    return readTensor(folder, tensor);
  }
}

async function readTensor(folder: string, tensor: OnnxTensor): Promise<Float32Array> {
  const offset = tensor.externalData?.find(({ key }) => key === 'offset')?.value ?? '0';
  const count = elementCount(tensor.dims);
  const isHalf = tensor.dataType === elementTypes.float16;
  const bytes = new Uint8Array(count * (isHalf ? 2 : 4));
  await readRange(join(folder, weightsFileName), Number(offset), bytes);
  if (!isHalf) return new Float32Array(bytes.buffer);
  const floats = new Float32Array(count);
  halvesToFloats(new Uint16Array(bytes.buffer), floats);
  return floats;
}
