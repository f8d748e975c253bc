/**
 * Model packs, checkpoints and tokenizers that are damaged or hostile.
 */
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openPack } from '../../src/packs/open-pack.ts';
import { editManifest, type MutableManifest, reseal } from '../support/damaged-pack.ts';
import { withHeader } from '../support/safetensors-file.ts';
import { buildTinyPack } from '../support/tiny-pack.ts';
import { type Area, type BadInput, refusal } from './answer.ts';
import { changedCopy, editJson, type Folders, type JsonEdit } from './folders.ts';

type Change = (folder: string) => void;
type Named<Value> = readonly [sent: string, value: Value];

const manifest = (edit: (manifest: MutableManifest) => void) => (pack: string) =>
  editManifest(pack, edit);
const sealed = (change: Change) => (pack: string) => {
  change(pack);
  reseal(pack);
};
const put = (name: string, content: string | Uint8Array) => (folder: string) =>
  writeFileSync(join(folder, name), content);

const packs: readonly Named<Change>[] = [
  ['no pack.json', (pack) => rmSync(join(pack, 'pack.json'))],
  ['pack.json is a folder', replaced('pack.json')],
  ['pack.json: {', put('pack.json', '{')],
  ['pack.json: []', put('pack.json', '[]')],
  ['pack.json: {"formatVersion": 99}', put('pack.json', '{"formatVersion": 99}')],
  ['pack.json of 32 MiB', put('pack.json', ' '.repeat(2 ** 25))],
  ['pack.json nested 100,000 deep', put('pack.json', '['.repeat(100_000))],
  ['an unknown field', manifest((m) => Object.assign(m, { script: 'rm' }))],
  ['id: "../x"', manifest((m) => Object.assign(m, { id: '../x' }))],
  ['vocabularySize: -1', manifest((m) => Object.assign(m, { vocabularySize: -1 }))],
  ['vocabularySize: 1e300', manifest((m) => Object.assign(m, { vocabularySize: 1e300 }))],
  [
    'another vocabularySize, sealed',
    sealed(manifest((m) => Object.assign(m, { vocabularySize: 289 }))),
  ],
  [
    'startId beyond the vocabulary, sealed',
    sealed(manifest((m) => Object.assign(m, { startId: 9999 }))),
  ],
  [
    'a file named "../weights.bin"',
    manifest((m) => Object.assign(m.files, { '../weights.bin': m.files['weights.bin'] })),
  ],
  ['a weight changed', flipped('weights.bin')],
  ['weights.bin cut to 100 bytes', (pack) => truncateSync(join(pack, 'weights.bin'), 100)],
  [
    'weights.bin cut to 100 bytes, sealed',
    sealed((pack) => truncateSync(join(pack, 'weights.bin'), 100)),
  ],
  ['weights.bin is a link', linked('weights.bin')],
  ['a file too many', put('run.sh', '#!/bin/sh')],
  ['a graph of 0 bytes, sealed', sealed(put('causal-backbone.onnx', ''))],
  [
    'a graph of random bytes, sealed',
    sealed(
      put(
        'causal-backbone.onnx',
        Uint8Array.from({ length: 999 }, (_, i) => (i * 7919) % 251),
      ),
    ),
  ],
  [
    'the head in place of the backbone, sealed',
    sealed(swapped('causal-head.onnx', 'causal-backbone.onnx')),
  ],
  [
    'bytes after a graph, sealed',
    sealed((pack) => appendFileSync(join(pack, 'causal-head.onnx'), 'x')),
  ],
];

const config = (edit: object) => (folder: string) =>
  editJson(join(folder, 'config.json'), (value) => Object.assign(value, edit));
const weights = 'model.safetensors';

const checkpoints: readonly Named<Change>[] = [
  ['no config.json', (folder) => rmSync(join(folder, 'config.json'))],
  ['config.json: {', put('config.json', '{')],
  ['config.json: []', put('config.json', '[]')],
  ['architectures: ["EvilForCausalLM"]', config({ architectures: ['EvilForCausalLM'] })],
  ['architectures: "LlamaForCausalLM"', config({ architectures: 'LlamaForCausalLM' })],
  ['hidden_size: "32"', config({ hidden_size: '32' })],
  ['hidden_size: 31', config({ hidden_size: 31 })],
  ['num_hidden_layers: 2147483648', config({ num_hidden_layers: 2 ** 31 })],
  ['num_attention_heads: 0', config({ num_attention_heads: 0 })],
  ['rms_norm_eps: -1', config({ rms_norm_eps: -1 })],
  ['rope_theta: 0', config({ rope_theta: 0 })],
  ['max_position_embeddings: 0', config({ max_position_embeddings: 0 })],
  ['vocab_size: 1e9', config({ vocab_size: 1e9 })],
  ['quantization_config: {}', config({ quantization_config: { bits: 4 } })],
  ['no weights', (folder) => rmSync(join(folder, weights))],
  ['weights of 0 bytes', put(weights, '')],
  [
    'a header longer than the file',
    put(weights, Buffer.from([255, 255, 255, 255, 255, 255, 255, 127])),
  ],
  ['a header that is not JSON', put(weights, withHeader('{"a":', Buffer.alloc(4)))],
  ['a header nested 100,000 deep', put(weights, withHeader('['.repeat(100_000), Buffer.alloc(4)))],
  [
    'a tensor beyond the file',
    put(
      weights,
      withHeader('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', Buffer.alloc(4)),
    ),
  ],
  [
    'a shape of 2^60 elements',
    put(
      weights,
      withHeader(
        '{"a":{"dtype":"F32","shape":[1073741824,1073741824],"data_offsets":[0,4]}}',
        Buffer.alloc(4),
      ),
    ),
  ],
  [
    'the type F8',
    put(
      weights,
      withHeader('{"a":{"dtype":"F8","shape":[4],"data_offsets":[0,4]}}', Buffer.alloc(4)),
    ),
  ],
  ['weights cut short', (folder) => truncateSync(join(folder, weights), 20_000)],
  ['weights that are a link', linked(weights)],
  ['an index that names "../model.safetensors"', indexed('../model.safetensors')],
  ['an index that names no file', indexed('model-00001.safetensors')],
  ['no tokenizer.json', (folder) => rmSync(join(folder, 'tokenizer.json'))],
];

const tokenizers: readonly Named<JsonEdit>[] = [
  ['model.type: "Unigram"', (json) => Object.assign(json, { model: { type: 'Unigram' } })],
  ['model: null', (json) => Object.assign(json, { model: null })],
  [
    'pre_tokenizer.type: {"toString": 1}',
    (json) => Object.assign(json, { pre_tokenizer: { type: { toString: 1 } } }),
  ],
  ['vocab: {}', model({ vocab: {} })],
  ['vocab: ["a"]', model({ vocab: ['a'] })],
  ['merges: [["a"]]', model({ merges: [['a']] })],
  ['merges of nothing known', model({ merges: [['a', 'ZZZZ']] })],
  [
    'normalizer: Replace',
    (json) =>
      Object.assign(json, {
        normalizer: { type: 'Replace', pattern: { Regex: '(a+)+b' }, content: '' },
      }),
  ],
  [
    'pre_tokenizer: Whitespace',
    (json) => Object.assign(json, { pre_tokenizer: { type: 'Whitespace' } }),
  ],
  ['pre_tokenizer nested 6 deep', nestedSteps(6)],
  ['a Split that drops text', split({ pattern: { Regex: '\\s' }, behavior: 'Removed' })],
  ['a Split without a pattern', split({ behavior: 'Isolated' })],
  ['a Split by "("', split({ pattern: { Regex: '(' }, behavior: 'Isolated' })],
  [
    'a Split by "a{1,99999999999}"',
    split({ pattern: { Regex: 'a{1,99999999999}{2}' }, behavior: 'Isolated' }),
  ],
  [
    'an added token with the id 1e9',
    (json) => Object.assign(json, { added_tokens: [{ id: 1e9, content: 'x' }] }),
  ],
  [
    'an added token without text',
    (json) => Object.assign(json, { added_tokens: [{ id: 5, content: '' }] }),
  ],
];

/** Files that nobody should have to trust. */
export const fileAreas: readonly Area<Folders>[] = [
  {
    title: 'Model packs',
    about:
      'A copy of a whole pack with something wrong. A sealed one has right hashes again, as a forger would write them. ' +
      'The server does not start; ONNX Runtime never sees the graphs.',
    inputs: packs.map(([sent, change]) => packInput(sent, change)),
  },
  {
    title: 'Checkpoints',
    about:
      'A copy of a whole checkpoint with something wrong, for `lacuna pack build`, which writes no pack.',
    inputs: checkpoints.map(([sent, change]) => ({
      sent,
      answer: (folders) => {
        const causalFolder = changedCopy(folders, folders.causal, change);
        const outFolder = join(causalFolder, 'out');
        return refusal('exit 2', () => buildTinyPack({ causalFolder, outFolder }));
      },
    })),
  },
  {
    title: 'Tokenizers',
    about: 'The tokenizer.json of a pack, sealed. The server does not start.',
    inputs: tokenizers.map(([sent, edit]) =>
      packInput(
        sent,
        sealed((pack) => editJson(join(pack, 'tokenizer.json'), edit)),
      ),
    ),
  },
];

function packInput(sent: string, change: Change): BadInput<Folders> {
  return {
    sent,
    answer: (folders) => {
      const pack = changedCopy(folders, folders.pack, change);
      return refusal('exit 1', () => openPack(pack, { device: 'cpu', threads: 1 }));
    },
  };
}

function replaced(name: string): Change {
  return (folder) => {
    rmSync(join(folder, name));
    mkdirSync(join(folder, name));
  };
}

function linked(name: string): Change {
  return (folder) => {
    rmSync(join(folder, name));
    symlinkSync('/etc/passwd', join(folder, name));
  };
}

function flipped(name: string): Change {
  return (folder) => {
    const bytes = readFileSync(join(folder, name));
    bytes[50] = (bytes[50] ?? 0) ^ 1;
    writeFileSync(join(folder, name), bytes);
  };
}

function swapped(from: string, to: string): Change {
  return (folder) => writeFileSync(join(folder, to), readFileSync(join(folder, from)));
}

function indexed(shard: string): Change {
  return (folder) => {
    rmSync(join(folder, weights));
    const index = { weight_map: { 'model.norm.weight': shard } };
    writeFileSync(join(folder, `${weights}.index.json`), JSON.stringify(index));
  };
}

function model(fields: object): JsonEdit {
  return (json) => Object.assign(json['model'] ?? {}, fields);
}

/** A Split before the ByteLevel step. */
function split(fields: object): JsonEdit {
  return (json) => {
    const step = { type: 'Split', invert: false, ...fields };
    const pretokenizers = [step, { type: 'ByteLevel', add_prefix_space: false, use_regex: false }];
    json['pre_tokenizer'] = { type: 'Sequence', pretokenizers };
  };
}

function nestedSteps(depth: number): JsonEdit {
  return (json) => {
    for (let level = 0; level < depth; level += 1) {
      json['pre_tokenizer'] = { type: 'Sequence', pretokenizers: [json['pre_tokenizer']] };
    }
  };
}
