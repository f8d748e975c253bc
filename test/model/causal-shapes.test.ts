/**
 * Grouping of ids never changes bits, whatever the model's shape: tiny checkpoints through the pack builder.
 *
 * Attention's blocks of queries are twice the head size long, so a pass of one id more than a block is what would show.
 */
import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { CausalModel } from '../../src/model/models.ts';
import { openCausalModel } from '../../src/model/open-models.ts';
import type { CausalDescription } from '../../src/model/pack-description.ts';
import { loadPackDescription } from '../../src/packs/load-pack.ts';
import { expectSameBits } from '../support/same-bits.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTinyLlama } from '../support/tiny-checkpoint.ts';
import { buildTinyPack } from '../support/tiny-pack.ts';

const folder = temporaryFolder();
const length = 270;
const ids = Array.from({ length }, (_, i) => 4 + ((i * 7919) % 280));

const shapes = [
  { num_attention_heads: 4, num_key_value_heads: 4, head_dim: 8 },
  { num_attention_heads: 4, num_key_value_heads: 2, head_dim: 16 },
  { num_attention_heads: 6, num_key_value_heads: 1, head_dim: 32 },
  { num_attention_heads: 2, num_key_value_heads: 2, head_dim: 64 },
  { num_attention_heads: 2, num_key_value_heads: 1, head_dim: 128 },
] as const;

async function describeTiny(shape: (typeof shapes)[number]): Promise<CausalDescription> {
  const name = `heads-of-${shape.head_dim}`;
  const causalFolder = join(folder, name);
  writeTinyLlama(causalFolder, { seed: 3, hiddenSize: 48, contextLength: length }, shape);
  const outFolder = join(folder, `${name}-pack`);
  await buildTinyPack({ causalFolder, outFolder });
  const { causal } = (await loadPackDescription(outFolder)).description;
  if (causal === null) {
    throw new Error('The tiny pack has no causal role.');
  }
  return causal;
}

async function hiddenInChunks(model: CausalModel, size: number): Promise<Float32Array> {
  const cache = model.createCache();
  const hidden = new Float32Array(length * model.hiddenSize);
  for (let start = 0; start < length; start += size) {
    const rows = await model.forward(ids.slice(start, start + size), cache);
    hidden.set(rows, start * model.hiddenSize);
  }
  return hidden;
}

/** Hundreds of passes, on a machine that may have other work. */
const unhurried = { timeout: 60_000 };

describe.each(shapes)('heads: %o', (shape) => {
  it(
    'gives the bits of one full pass in chunks of every kind and full passes of every length',
    unhurried,
    async () => {
      const model = await openCausalModel(await describeTiny(shape), { device: 'cpu', threads: 2 });
      const full = await model.forward(ids, model.createCache());
      for (const size of [1, 2, 3, 16, 17, 33, 65, 129]) {
        expectSameBits(await hiddenInChunks(model, size), full);
      }
      for (let count = 1; count <= length; count += 2) {
        const rows = await model.forward(ids.slice(0, count), model.createCache());
        expectSameBits(rows, full.subarray(0, count * model.hiddenSize));
      }
      await model.close();
    },
  );
});
