import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPackDescription } from '../../src/packs/load-pack.ts';
import { decodeOnnx, encodeOnnx, type OnnxModel } from '../../src/packs/onnx/onnx-model.ts';
import {
  type Damage,
  damagedCopy,
  editManifest,
  type MutableManifest,
  reseal,
} from '../support/damaged-pack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyPack } from '../support/tiny-pack.ts';

const root = temporaryFolder();
let whole = '';
beforeAll(async () => {
  whole = await writeTinyPack(root, { seed: 3 });
});
const damaged = (damage: Damage) => damagedCopy(root, whole, damage);

const editFacts =
  (edit: (manifest: MutableManifest) => void): Damage =>
  (pack) => {
    editManifest(pack, edit);
    reseal(pack);
  };

const editGraph =
  (name: string, edit: (graph: OnnxModel['graph'], model: OnnxModel) => void): Damage =>
  (pack) => {
    const path = join(pack, name);
    const model = decodeOnnx(readFileSync(path), name);
    edit(model.graph, model);
    writeFileSync(path, encodeOnnx(model));
    reseal(pack);
  };

const setExternal =
  (key: string, value: string): Damage =>
  (pack) =>
    editGraph('masked-head.onnx', (graph) => {
      for (const entry of graph.initializer[0]?.externalData ?? []) {
        if (entry.key === key) entry.value = value;
      }
    })(pack);

describe('a foreign pack with right hashes', () => {
  it.each<[string, Damage, string]>([
    [
      'a graph outside the folder',
      editFacts((m) => Object.assign(m.roles.causal ?? {}, { head: '../h.onnx' })),
      'head',
    ],
    [
      'a file outside the folder',
      (pack) =>
        editManifest(pack, (m) => Object.assign(m.files, { '../x': m.files['weights.bin'] })),
      'files',
    ],
    [
      'a file no role needs',
      (pack) => {
        writeFileSync(join(pack, 'extra.onnx'), '');
        editFacts((m) =>
          Object.assign(m.files, { 'extra.onnx': { size: 0, sha256: '0'.repeat(64) } }),
        )(pack);
      },
      'extra.onnx, which no role needs',
    ],
    [
      'a role without its graph',
      editFacts((m) => {
        delete m.files['masked-head.onnx'];
      }),
      'does not list masked-head.onnx',
    ],
    [
      'no role',
      editFacts((m) => {
        m.roles = {};
      }),
      'neither a causal nor a masked',
    ],
    [
      'a fusion without a role',
      editFacts((m) => {
        delete m.roles.masked;
      }),
      'fusion lacks a role',
    ],
    ['a banned id beyond the vocabulary', editFacts((m) => m.bannedIds.push(288)), 'banned id 288'],
    [
      'a context longer than it was trained on',
      editFacts((m) => Object.assign(m.roles.causal ?? {}, { usableContextLength: 128 })),
      'exceed the trained 128',
    ],
    [
      'two thousand million layers',
      editFacts((m) => Object.assign(m.roles.causal ?? {}, { layerCount: 2_000_000_000 })),
      'layerCount',
    ],
    [
      'a mask that may be sampled',
      editFacts((m) => m.bannedIds.splice(3, 1)),
      'special id 3 is not banned',
    ],
    ['an id banned twice', editFacts((m) => m.bannedIds.push(0)), 'bans an id twice'],
    [
      'another hidden size',
      editFacts((m) => Object.assign(m.roles.masked ?? {}, { hiddenSize: 64 })),
      'masked-backbone.onnx has other outputs',
    ],
    [
      'another layer count',
      editFacts((m) => Object.assign(m.roles.causal ?? {}, { layerCount: 3 })),
      'causal-backbone.onnx has other inputs',
    ],
    [
      'another vocabulary size',
      editFacts((m) => {
        m.vocabularySize = 287;
      }),
      'causal-head.onnx has other outputs',
    ],
    [
      'a context longer than its tables',
      editFacts((m) => Object.assign(m.roles.masked ?? {}, { trainedContextLength: 192 })),
      'for 192 positions; its context needs 193',
    ],
    [
      'a graph that is not ONNX',
      (pack) => {
        writeFileSync(join(pack, 'masked-head.onnx'), 'hello');
        reseal(pack);
      },
      'masked-head.onnx is not',
    ],
    [
      'an empty graph',
      (pack) => {
        writeFileSync(join(pack, 'masked-head.onnx'), '');
        reseal(pack);
      },
      'masked-head.onnx is not a pack graph',
    ],
    [
      'a graph with fields nobody checks',
      (pack) => {
        appendUnknownField(join(pack, 'masked-head.onnx'));
        reseal(pack);
      },
      'holds more than a pack graph may',
    ],
    [
      'another IR version',
      editGraph('masked-head.onnx', (_graph, model) => {
        model.irVersion = 11;
      }),
      'IR version 11',
    ],
    [
      'another operator set',
      editGraph('masked-head.onnx', (_graph, model) =>
        model.opsetImport.push({ domain: 'evil', version: 1 }),
      ),
      'evil',
    ],
    [
      'an operator of another domain',
      editGraph('masked-head.onnx', (graph) =>
        Object.assign(graph.node[0] ?? {}, { domain: 'evil' }),
      ),
      'evil.Gemm',
    ],
    [
      'an unknown operator',
      editGraph('masked-head.onnx', (graph) =>
        Object.assign(graph.node[0] ?? {}, { opType: 'If' }),
      ),
      'operator If',
    ],
    [
      'an operator named like a property',
      editGraph('masked-head.onnx', (graph) =>
        Object.assign(graph.node[0] ?? {}, { opType: 'constructor' }),
      ),
      'operator constructor',
    ],
    [
      'an input too many',
      editGraph('masked-head.onnx', (graph) => graph.input.push(...graph.output)),
      'other inputs',
    ],
    [
      'an output of another name',
      editGraph('masked-head.onnx', (graph) => Object.assign(graph.output[0] ?? {}, { name: 'x' })),
      'other outputs than its role: x',
    ],
    [
      'two constants of one name',
      editGraph('masked-head.onnx', (graph) =>
        graph.initializer.push(...graph.initializer.slice(0, 1)),
      ),
      'two constants',
    ],
    [
      'a constant of another type',
      editGraph('masked-head.onnx', (graph) =>
        Object.assign(graph.initializer[0] ?? {}, { dataType: 8 }),
      ),
      'element type 8',
    ],
    [
      'a constant of another shape',
      editGraph('masked-head.onnx', (graph) =>
        Object.assign(graph.initializer[0] ?? {}, { dims: [288, 64] }),
      ),
      'its shape [288, 64] takes',
    ],
    [
      'a shape that overflows',
      editGraph('masked-head.onnx', (graph) =>
        Object.assign(graph.initializer[0] ?? {}, { dims: [2 ** 52, 2 ** 52] }),
      ),
      'takes',
    ],
    ['external data elsewhere', setExternal('location', '../../etc/passwd'), '../../etc/passwd'],
    ['external data in another file', setExternal('location', 'pack.json'), 'in "pack.json"'],
    ['an offset beyond the weights', setExternal('offset', '99999999'), 'up to byte'],
    ['a negative offset', setExternal('offset', '-4096'), 'offset "-4096"'],
    ['an offset that is no number', setExternal('offset', '0x10'), 'offset "0x10"'],
    [
      'a huge length',
      setExternal('length', '18446744073709551615'),
      'length "18446744073709551615"',
    ],
    ['another length', setExternal('length', '4'), 'of 4 bytes'],
    [
      'an external key nobody checks',
      editGraph('masked-head.onnx', (graph) =>
        graph.initializer[0]?.externalData?.push({ key: 'checksum', value: '' }),
      ),
      'external data location,offset,length,checksum',
    ],
  ])('but %s is refused', async (_name, damage, message) => {
    await expect(loadPackDescription(damaged(damage))).rejects.toMatchObject({
      code: 'INVALID_PACK',
      message: expect.stringContaining(message),
    });
  });
});

/** Field 25 of a model, functions, which a pack graph has no use for. */
function appendUnknownField(path: string): void {
  writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from([0xca, 0x01, 0x00])]));
}
