import {
  copyFileSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../src/packs/checkpoint/checkpoint.ts';
import { findCheckpoint } from '../../../src/packs/hub/find-checkpoint.ts';
import { hubSettings } from '../../../src/packs/hub/hub-settings.ts';
import { causalFolder, hasWeights, isWeights, newFolder, start, startHub } from './hub-case.ts';
import { type TestHub, testCommit } from './test-hub.ts';

/** A model in two parts, the second of which its index calls `second`. */
async function startSharded(second: string) {
  const folder = newFolder();
  const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  for (const name of names) writeFileSync(join(folder, name), name);
  writeFileSync(join(folder, 'config.json'), '{}');
  const index = { weight_map: { a: names[0], b: second } };
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
  return { folder, hub: await startHub(new Map([['tiny/sharded', folder]])) };
}

function fetchSharded({ endpoint }: TestHub): Promise<string> {
  const settings = hubSettings({ HF_ENDPOINT: endpoint, HF_HUB_CACHE: newFolder() });
  const context = { settings, wait: async () => undefined, stallMs: 5000 };
  return findCheckpoint(context, 'tiny/sharded', {
    withWeights: true,
    onProgress: () => undefined,
  });
}

describe('a model of the hub', () => {
  it('becomes a checkpoint folder in the layout of the hub’s own cache', async () => {
    const { fetch, cacheFolder } = await start();
    const folder = await fetch();
    expect(folder).toBe(join(cacheFolder, 'models--tiny--causal', 'snapshots', testCommit));
    expect(readdirSync(folder).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'tokenizer.json',
    ]);
    expect(lstatSync(join(folder, 'config.json')).isSymbolicLink()).toBe(true);
    expect(hasWeights(folder)).toBe(true);
    expect(readFileSync(join(cacheFolder, 'models--tiny--causal/refs/main'), 'utf8')).toBe(
      testCommit,
    );
    expect((await openCheckpoint(folder)).name).toBe(`tiny/causal@${testCommit}`);
  });

  it('is downloaded once', async () => {
    const { fetch, hub } = await start();
    await fetch();
    const before = hub.seen.length;
    await fetch();
    expect(hub.seen.slice(before).map(({ path }) => path)).toEqual([
      '/api/models/tiny/causal/revision/main',
      `/api/models/tiny/causal/tree/${testCommit}`,
    ]);
  });

  it('takes the place of what lies in its folder', async () => {
    const { fetch } = await start();
    const folder = await fetch({ withWeights: false });
    rmSync(join(folder, 'config.json'));
    writeFileSync(join(folder, 'config.json'), '{}');
    await fetch({ withWeights: false });
    expect(lstatSync(join(folder, 'config.json')).isSymbolicLink()).toBe(true);
  });

  it('is asked for as it is, not compressed, and without its folders', async () => {
    const { fetch, hub } = await start();
    hub.lies.set('tokenizer.json', { type: 'directory' });
    const folder = await fetch();
    expect(readdirSync(folder).sort()).toEqual(['config.json', 'model.safetensors']);
    expect(new Set(hub.seen.map(({ encoding }) => encoding))).toEqual(new Set(['identity']));
  });

  it('comes without its weights for a plan', async () => {
    const { fetch, hub } = await start();
    expect(readdirSync(await fetch({ withWeights: false })).sort()).toEqual([
      'config.json',
      'tokenizer.json',
    ]);
    expect(hub.seen.some(({ path }) => isWeights(path))).toBe(false);
  });

  it('is listed over as many pages as it has, each asked with the token', async () => {
    const { fetch, hub } = await start();
    hub.pageSize = 1;
    const folder = await fetch({ env: { HF_TOKEN: 'hf_x' } });
    expect(readdirSync(folder).sort()).toEqual([
      'config.json',
      'model.safetensors',
      'tokenizer.json',
    ]);
    const pages = hub.seen.filter(({ path }) => path.includes('/tree/'));
    expect(pages.map(({ path }) => path.split('?')[1])).toEqual([
      undefined,
      'cursor=1',
      'cursor=2',
      'cursor=3',
    ]);
    expect(new Set(pages.map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer hf_x']),
    );
  });

  it('comes with the parts that its index names', async () => {
    const { hub, folder } = await startSharded('model-00002-of-00002.safetensors');
    const path = await fetchSharded(hub);
    expect(readdirSync(path).sort()).toEqual(readdirSync(folder).sort());
  });

  it('is refused when its index names what it has not', async () => {
    const { hub } = await startSharded('model-00003-of-00002.safetensors');
    await expect(fetchSharded(hub)).rejects.toMatchObject({ code: 'UNSUPPORTED_CHECKPOINT' });
  });

  it.each(['../../../escaped', 'sub/part.safetensors', '..', 'up\\..\\..\\escaped'])(
    'is refused when its index and its listing name %s',
    async (path) => {
      const { hub } = await startSharded(path);
      hub.lies.set('model-00002-of-00002.safetensors', { path });
      await expect(fetchSharded(hub)).rejects.toMatchObject({ code: 'UNSUPPORTED_CHECKPOINT' });
      expect(hub.seen.some(({ path: asked }) => asked.includes('0000'))).toBe(false);
    },
  );

  it('is read through links to blobs alone', async () => {
    const { fetch } = await start();
    const folder = await fetch();
    const target = join(newFolder(), 'config.json');
    copyFileSync(join(folder, 'config.json'), target);
    rmSync(join(folder, 'config.json'));
    symlinkSync(target, join(folder, 'config.json'));
    await expect(openCheckpoint(folder)).rejects.toMatchObject({
      code: 'INVALID_CHECKPOINT',
      message: expect.stringContaining('symbolic link'),
    });
  });

  it('is read where a link leads to its folder', async () => {
    const { fetch } = await start();
    const link = join(newFolder(), 'link');
    symlinkSync(await fetch(), link);
    expect((await openCheckpoint(link)).config.architectures).toEqual(['LlamaForCausalLM']);
  });

  it('is found in the cache while offline, and nobody is asked', async () => {
    const { fetch, hub } = await start();
    const folder = await fetch();
    const before = hub.seen.length;
    expect(await fetch({ env: { HF_HUB_OFFLINE: '1' } })).toBe(folder);
    expect(await fetch({ env: { HF_HUB_OFFLINE: '1' }, name: `tiny/causal@${testCommit}` })).toBe(
      folder,
    );
    expect(hub.seen.length).toBe(before);
  });

  it('is not found while offline when weights are missing', async () => {
    const { fetch } = await start();
    await fetch({ withWeights: false });
    await expect(fetch({ env: { HF_HUB_OFFLINE: '1' } })).rejects.toMatchObject({
      code: 'HUB_UNAVAILABLE',
      message: expect.stringContaining('model.safetensors is not in'),
    });
  });

  it('gives way to a folder of the same name', async () => {
    const { context, hub } = await start();
    const options = { withWeights: true, onProgress: () => undefined };
    expect(await findCheckpoint(context, causalFolder, options)).toBe(causalFolder);
    expect(hub.seen).toEqual([]);
  });

  it('must be named as one', async () => {
    const { context } = await start();
    const options = { withWeights: true, onProgress: () => undefined };
    for (const text of ['nothing', '../x/y', 'a/b/c', 'a/b@', 'a--b/c', 'a/b@x..y', '/a/b']) {
      await expect(findCheckpoint(context, text, options)).rejects.toMatchObject({
        code: 'INVALID_CHECKPOINT',
        message: expect.stringContaining('neither a folder nor'),
      });
    }
  });
});
