import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { findCheckpoint } from '../../../src/packs/hub/find-checkpoint.ts';
import { hubSettings } from '../../../src/packs/hub/hub-settings.ts';
import { hasWeights, isWeights, newFolder, start, startHub, status, weights } from './hub-case.ts';
import { testCommit } from './test-hub.ts';

describe('a token', () => {
  const env = { HF_TOKEN: 'hf_secret' };

  it('is shown to the hub and to nobody it redirects to', async () => {
    const { fetch, hub } = await start();
    await fetch({ env });
    const shown = (host: string) =>
      new Set(
        hub.seen.filter((each) => each.host === host).map(({ authorization }) => authorization),
      );
    expect(shown('hub')).toEqual(new Set(['Bearer hf_secret']));
    expect(shown('store')).toEqual(new Set([null]));
  });

  it('is in no message', async () => {
    for (const code of [401, 403, 404, 418, 500]) {
      const { fetch } = await start(status(code));
      await expect(fetch({ env })).rejects.toMatchObject({
        message: expect.not.stringContaining('secret'),
      });
    }
  });
});

describe('a refusal', () => {
  it.each([
    [401, {}, 'no HF_TOKEN is set'],
    [403, { HF_TOKEN: 'hf_x' }, 'the HF_TOKEN that is set does not open it'],
    [404, {}, 'has no revision main, or is not at'],
    [418, {}, 'answers with status 418'],
  ])('with status %i says what to do', async (code, env, message) => {
    const { fetch, pauses } = await start(status(code));
    await expect(fetch({ env })).rejects.toMatchObject({
      code: 'HUB_REFUSED',
      message: expect.stringContaining(message),
    });
    expect(pauses).toEqual([]);
  });

  it.each([429, 500, 503])('with status %i is tried again', async (code) => {
    const { fetch } = await start(status(code, 4));
    expect(existsSync(await fetch())).toBe(true);
    const lasting = await start(status(code));
    await expect(lasting.fetch()).rejects.toMatchObject({ code: 'HUB_UNAVAILABLE' });
  });

  it('is waited for as long as the server asks, a minute at most', async () => {
    const { fetch, pauses } = await start(status(429, 1, { 'retry-after': '7' }));
    await fetch();
    expect(pauses).toEqual([7000]);
    const greedy = await start(status(429, 1, { 'retry-after': '86400' }));
    await greedy.fetch();
    expect(greedy.pauses).toEqual([60_000]);
  });

  it('does not come for a revision with slashes', async () => {
    const { fetch, hub } = await start();
    const folder = await fetch({ name: 'tiny/causal@refs/pr/1' });
    expect(hub.seen[0]?.path).toBe('/api/models/tiny/causal/revision/refs%2Fpr%2F1');
    const offline = { HF_HUB_OFFLINE: '1' };
    expect(await fetch({ name: 'tiny/causal@refs/pr/1', env: offline })).toBe(folder);
  });

  it('names a revision that is not there', async () => {
    const { fetch } = await start();
    await expect(fetch({ name: 'tiny/causal@gone' })).rejects.toMatchObject({
      message: expect.stringContaining('no revision gone'),
    });
  });

  it('comes for another commit than the one that was asked for', async () => {
    const { fetch, hub } = await start();
    const commit = 'd'.repeat(40);
    await expect(fetch({ name: `tiny/causal@${commit}` })).rejects.toMatchObject({
      code: 'HUB_REFUSED',
      message: expect.stringContaining(testCommit),
    });
    expect(hub.seen).toHaveLength(1);
  });

  it('comes for redirects without end, and to http elsewhere', async () => {
    const loop = await start((_, response) => {
      response.writeHead(302, { location: '/again' }).end();
      return true;
    });
    await expect(loop.fetch()).rejects.toMatchObject({
      code: 'HUB_REFUSED',
      message: expect.stringContaining('redirects more than 8 times'),
    });
    for (const location of ['http://203.0.113.1/x', 'file:///etc/passwd', 'http://[']) {
      const away = await start(status(302, 1, { location }));
      await expect(away.fetch()).rejects.toMatchObject({
        code: 'HUB_REFUSED',
        message: expect.stringContaining('only https is followed'),
      });
    }
  });

  it('comes for a redirect from https to http on the same machine', async () => {
    const location = 'http://127.0.0.1:9/x';
    const fetched = vi.spyOn(globalThis, 'fetch');
    fetched.mockResolvedValue(new Response(null, { status: 302, headers: { location } }));
    const { fetch } = await start();
    await expect(fetch({ env: { HF_ENDPOINT: 'https://127.0.0.1:8' } })).rejects.toMatchObject({
      code: 'HUB_REFUSED',
      message: expect.stringContaining('only https is followed'),
    });
    fetched.mockRestore();
  });

  it('comes for a cache that cannot be', async () => {
    const { fetch } = await start();
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    await expect(fetch({ env: { HF_HUB_CACHE: file } })).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringContaining(`cannot be kept in ${file} (`),
    });
  });

  it('does not come for a redirect with a name and a password in it', async () => {
    const { fetch, hub } = await start();
    hub.misbehaviour = ({ host, path }, response) => {
      if (host !== 'hub' || !isWeights(path)) return false;
      const target = new URL(path, hub.storeOrigin);
      target.username = 'someone';
      target.password = 'secret';
      response.writeHead(302, { location: target.href }).end();
      return true;
    };
    expect(existsSync(await fetch())).toBe(true);
    expect(hub.seen.at(-1)).toMatchObject({ host: 'store', authorization: null });
  });

  it('comes for answers that are no listing', async () => {
    for (const body of ['<html>', '{"sha":"../../x"}', '[]']) {
      const { fetch } = await start((_, response) => {
        response.end(body);
        return true;
      });
      await expect(fetch()).rejects.toMatchObject({ code: 'HUB_REFUSED' });
    }
  });

  it('comes for a listing that goes on at another host, which is not asked', async () => {
    const { fetch, hub } = await start();
    hub.pageSize = 1;
    const elsewhere = (url: string) => url.replace(hub.endpoint, hub.storeOrigin);
    for (const next of [elsewhere, () => 'http://[']) {
      hub.nextPage = next;
      await expect(fetch()).rejects.toMatchObject({
        code: 'HUB_REFUSED',
        message: expect.stringContaining('another host is not asked'),
      });
    }
    expect(hub.seen.every(({ host }) => host === 'hub')).toBe(true);
  });

  it('comes for a listing without an end', async () => {
    const { fetch, hub } = await start();
    hub.pageSize = 1;
    hub.nextPage = (url) => url.replace(/\d+$/, '1');
    await expect(fetch()).rejects.toMatchObject({
      code: 'HUB_REFUSED',
      message: expect.stringContaining('more than 100 pages'),
    });
    expect(hub.seen).toHaveLength(101);
  });

  it('comes for hashes that are paths', async () => {
    const { fetch, hub } = await start();
    hub.lies.set('config.json', { oid: '../../../../escaped' });
    await expect(fetch()).rejects.toMatchObject({ code: 'HUB_REFUSED' });
  });

  it('comes for a host that is not there', async () => {
    const { fetch, hub } = await start();
    await hub.close();
    await expect(fetch()).rejects.toMatchObject({
      code: 'HUB_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('comes before the first byte when the disk is too small', async () => {
    const { fetch, hub } = await start();
    hub.lies.set('model.safetensors', { lfs: { oid: 'a'.repeat(64), size: 2 ** 52 } });
    await expect(fetch()).rejects.toMatchObject({
      code: 'STORAGE_FULL',
      message: expect.stringContaining(String(2 ** 52)),
    });
    expect(hub.seen.some(({ path }) => isWeights(path))).toBe(false);
  });

  it('comes for a model without safetensors', async () => {
    const folder = join(newFolder(), 'pickled');
    mkdirSync(folder);
    writeFileSync(join(folder, 'config.json'), '{}');
    const hub = await startHub(new Map([['tiny/pickled', folder]]));
    const env = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: newFolder() };
    const context = { settings: hubSettings(env), wait: async () => undefined, stallMs: 5000 };
    const options = { withWeights: true, onProgress: () => undefined };
    await expect(findCheckpoint(context, 'tiny/pickled', options)).rejects.toMatchObject({
      code: 'UNSUPPORTED_CHECKPOINT',
      message: expect.stringContaining('has no model.safetensors'),
    });
  });

  it('comes while another process downloads the same file', async () => {
    const { fetch, cacheFolder } = await start();
    await fetch({ withWeights: false });
    const locks = join(cacheFolder, '.locks', 'models--tiny--causal');
    const hash = createHash('sha256').update(weights).digest('hex');
    writeFileSync(join(locks, `${hash}.pid`), String(process.ppid));
    await expect(fetch()).rejects.toMatchObject({ code: 'CONFLICT' });
    // Made, but not written yet.
    writeFileSync(join(locks, `${hash}.pid`), '');
    await expect(fetch()).rejects.toMatchObject({ code: 'CONFLICT' });
    // Beyond every process id there is.
    writeFileSync(join(locks, `${hash}.pid`), '999999999');
    expect(existsSync(await fetch())).toBe(true);
    // In a container that was started again, this process can have the id of the one that was there.
    rmSync(join(cacheFolder, 'models--tiny--causal', 'blobs', hash));
    writeFileSync(join(locks, `${hash}.pid`), String(process.pid));
    expect(hasWeights(await fetch())).toBe(true);
    expect(readdirSync(locks)).toEqual([]);
  });
});
