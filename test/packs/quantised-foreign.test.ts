/**
 * Packs in 4 bits that were tampered with and sealed again.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPackDescription } from '../../src/packs/load-pack.ts';
import { decodeOnnx, encodeOnnx, type OnnxModel } from '../../src/packs/onnx/onnx-model.ts';
import {
  damagedCopy,
  editManifest,
  type MutableManifest,
  reseal,
} from '../support/damaged-pack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyCheckpoints } from '../support/tiny-checkpoint.ts';
import { buildTinyPack } from '../support/tiny-pack.ts';

const root = temporaryFolder();
let int4 = '';
beforeAll(async () => {
  const folder = mkdtempSync(join(root, 'case-'));
  int4 = join(folder, 'pack');
  const checkpoints = writeTinyCheckpoints(folder, { seed: 3 });
  await buildTinyPack({ ...checkpoints, outFolder: int4, precision: 'int4' });
});

type Node = OnnxModel['graph']['node'][number];

describe('a foreign quantised pack with right hashes', () => {
  const editNode =
    (name: string, operator: string, edit: (node: Node) => void) => (pack: string) => {
      const path = join(pack, name);
      const model = decodeOnnx(readFileSync(path), name);
      for (const node of model.graph.node.filter(({ opType }) => opType === operator)) edit(node);
      writeFileSync(path, encodeOnnx(model));
      reseal(pack);
    };
  const editTensor =
    (
      name: string,
      end: string,
      edit: (tensor: OnnxModel['graph']['initializer'][number]) => void,
    ) =>
    (pack: string) => {
      const path = join(pack, name);
      const model = decodeOnnx(readFileSync(path), name);
      for (const tensor of model.graph.initializer.filter((each) => each.name.endsWith(end))) {
        edit(tensor);
      }
      writeFileSync(path, encodeOnnx(model));
      reseal(pack);
    };
  const attribute = (key: string, value: number) => (node: Node) => {
    for (const each of node.attribute) if (each.name === key) each.i = value;
  };
  const facts = (edit: (manifest: MutableManifest) => void) => (pack: string) => {
    editManifest(pack, edit);
    reseal(pack);
  };
  const head = 'masked-head.onnx';
  const backbone = 'causal-backbone.onnx';

  it.each<[string, (pack: string) => void, string]>([
    [
      'more columns than its constant',
      editNode(head, 'MatMulNBits', attribute('K', 64)),
      'shape [288, 2, 16]',
    ],
    [
      'more rows than its constant',
      editNode(head, 'MatMulNBits', attribute('N', 289)),
      'shape [289, 1, 16]',
    ],
    ['no columns', editNode(head, 'MatMulNBits', attribute('K', 0)), 'other attributes'],
    [
      'a negative number of rows',
      editNode(head, 'MatMulNBits', attribute('N', -288)),
      'other attributes',
    ],
    ['8 bits', editNode(head, 'MatMulNBits', attribute('bits', 8)), 'other attributes'],
    [
      'another block size',
      editNode(head, 'MatMulNBits', attribute('block_size', 16)),
      'other attributes',
    ],
    [
      'another accuracy level',
      editNode(head, 'MatMulNBits', attribute('accuracy_level', 0)),
      'other attributes',
    ],
    [
      'an attribute twice',
      editNode(head, 'MatMulNBits', (node) => node.attribute.push(...node.attribute.slice(0, 1))),
      'other attributes',
    ],
    [
      'a fourth input',
      editNode(head, 'MatMulNBits', (node) => node.input.push('hidden')),
      'more than three inputs',
    ],
    [
      'a matrix that is fed',
      editNode(head, 'MatMulNBits', (node) => node.input.splice(1, 1, 'hidden')),
      '"hidden", which is no constant',
    ],
    [
      'scales that are fed',
      editNode(head, 'MatMulNBits', (node) => node.input.splice(2, 1, 'hidden')),
      '"hidden", which is no constant',
    ],
    [
      'scales of another shape',
      editTensor(head, ':scales', (tensor) => tensor.dims.splice(0, 2, 1, 288)),
      'shape [288, 1]',
    ],
    [
      'values of another shape',
      editTensor(head, ':int4', (tensor) => tensor.dims.splice(0, 3, 288, 16, 1)),
      'shape [288, 1, 16]',
    ],
    [
      'values beyond the weights',
      editTensor(head, ':int4', (tensor) => {
        for (const entry of tensor.externalData ?? []) {
          if (entry.key === 'offset') entry.value = '99999999';
        }
      }),
      'up to byte',
    ],
    [
      'an embedding gathered by columns',
      editNode(backbone, 'GatherBlockQuantized', attribute('gather_axis', 1)),
      'other attributes',
    ],
    [
      'an embedding with rows of half a block',
      editTensor(backbone, 'embedding:int4', (tensor) => tensor.dims.splice(0, 2, 576, 8)),
      'rows of 16 values',
    ],
    [
      'an embedding with scales for fewer rows',
      editTensor(backbone, 'embedding:int4:scales', (tensor) => tensor.dims.splice(0, 2, 144, 2)),
      'shape [288, 1]',
    ],
    [
      'an embedding with zero points',
      editNode(backbone, 'GatherBlockQuantized', (node) => node.input.push(node.input[0] ?? '')),
      'more than three inputs',
    ],
    [
      'the precision f32',
      facts((manifest) => Object.assign(manifest.roles.causal ?? {}, { precision: 'f32' })),
      'its precision is f32',
    ],
    [
      'the precision int8',
      facts((manifest) => Object.assign(manifest.roles.masked ?? {}, { precision: 'int8' })),
      'masked-',
    ],
    [
      'an unknown precision',
      facts((manifest) => Object.assign(manifest.roles.causal ?? {}, { precision: 'int2' })),
      'precision',
    ],
  ])('but with %s is refused', async (_name, damage, message) => {
    await expect(loadPackDescription(damagedCopy(root, int4, damage))).rejects.toMatchObject({
      code: 'INVALID_PACK',
      message: expect.stringContaining(message),
    });
  });
});
