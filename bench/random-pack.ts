/**
 * A pack with random weights, of a size that nobody would commit: a causal and a masked model of about 34 million
 * parameters each, on one byte-level vocabulary of 8,192 tokens, context 256. It fills masks with nonsense at the speed
 * of a trained pack of its shape.
 *
 *   npx tsx bench/random-pack.ts DIR     writes it to DIR, which must not exist
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPack } from '../src/packs/build-pack.ts';
import {
  type ConfigOverrides,
  writeTinyLlama,
  writeTinyModernBert,
} from '../test/support/tiny-checkpoint.ts';
import { tinyTokenizer } from '../test/support/tiny-tokenizer.ts';

const size = { hiddenSize: 512, layers: 8, heads: 8, vocabularySize: 8192, contextLength: 256 };
const config: ConfigOverrides = { intermediate_size: 1728 };
/** Window of the masked model's local layers, as in ModernBERT: every third layer sees everything. */
const maskedConfig: ConfigOverrides = {
  ...config,
  local_attention: 128,
  global_attn_every_n_layers: 3,
};

/** Builds the pack in `outFolder`, which must not exist; the same bytes every time. */
export async function writeRandomPack(outFolder: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lacuna-checkpoints-'));
  try {
    const [causalFolder, maskedFolder] = [join(folder, 'causal'), join(folder, 'masked')];
    writeTinyLlama(causalFolder, { ...size, seed: 1 }, config);
    writeTinyModernBert(maskedFolder, { ...size, seed: 2 }, maskedConfig);
    const tokenizer = JSON.stringify(largeTokenizer(size.vocabularySize));
    for (const checkpoint of [causalFolder, maskedFolder]) {
      writeFileSync(join(checkpoint, 'tokenizer.json'), tokenizer);
    }
    await buildPack({
      causalFolder,
      maskedFolder,
      outFolder,
      storage: 'f32',
      id: 'random-34m',
      version: '1.0.0',
      licence: 'none',
      card: 'Random weights, for measuring speed.',
      tool: 'bench/random-pack.ts',
      builtAt: null,
      notes: 'Random weights.',
      maskToken: '<|mask|>',
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The small tokenizer of the tests with further merges, of its pairs of letters with a third one. */
function largeTokenizer(vocabularySize: number) {
  const tokenizer = tinyTokenizer(vocabularySize);
  const { vocab, merges } = tokenizer.model;
  const pairs = merges.map((merge) => merge.join(''));
  const letters = new Set(merges.map(([, second]) => second));
  let id = Object.keys(vocab).length;
  for (const pair of pairs) {
    for (const letter of letters) {
      if (id >= vocabularySize) return tokenizer;
      merges.push([pair, letter]);
      vocab[pair + letter] = id++;
    }
  }
  throw new Error(`There are merges for ${id} tokens only, not for ${vocabularySize}.`);
}

if (process.argv[1] === import.meta.filename) {
  const [outFolder] = process.argv.slice(2);
  if (outFolder === undefined) throw new Error('Usage: npx tsx bench/random-pack.ts DIR');
  await writeRandomPack(outFolder);
}
