import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { whileHeard } from '../../../src/packs/hub/hub-context.ts';
import { blobs, cutting, hasWeights, isWeights, start, status, weights } from './hub-case.ts';
import { sendRange } from './test-hub.ts';

/** The blob of the weights. */
const blobPath = (cacheFolder: string) => {
  const hash = createHash('sha256').update(weights).digest('hex');
  return join(cacheFolder, 'models--tiny--causal', 'blobs', hash);
};

describe('a broken connection', () => {
  it('is gone on with from the byte where it broke', async () => {
    const { fetch, hub } = await start(cutting(3, 5000));
    const folder = await fetch();
    expect(hasWeights(folder)).toBe(true);
    const ranges = hub.seen.filter(({ host, path }) => host === 'store' && isWeights(path));
    expect(ranges.map(({ range }) => range)).toEqual([
      null,
      'bytes=5000-',
      'bytes=10000-',
      'bytes=15000-',
    ]);
  });

  it('that brings nothing five times ends the download, and what came is kept', async () => {
    const { fetch, cacheFolder, pauses, hub } = await start(cutting(1, 5000));
    const cut = hub.misbehaviour;
    hub.misbehaviour = (...args) =>
      cut(...args) || (args[0].host === 'store' && status(503)(...args));
    await expect(fetch()).rejects.toMatchObject({ code: 'HUB_UNAVAILABLE' });
    expect(pauses).toEqual([1000, 1000, 2000, 4000, 8000]);
    expect(blobs(cacheFolder).filter((name) => name.endsWith('.incomplete'))).toHaveLength(1);
    hub.misbehaviour = () => false;
    await fetch();
    expect(hub.seen.at(-1)?.range).toBe('bytes=5000-');
  });

  it('is started anew where the server knows no ranges', async () => {
    const { fetch, hub } = await start(cutting(1, 5000));
    const cut = hub.misbehaviour;
    hub.misbehaviour = (request, response, bytes) => {
      if (cut(request, response, bytes)) return true;
      if (request.host !== 'store' || bytes === null) return false;
      sendRange(response, bytes, null);
      return true;
    };
    expect(hasWeights(await fetch())).toBe(true);
  });

  it.each([
    ['another part', 206],
    ['no part', 416],
  ])('ends the download where the server then gives %s', async (_, code) => {
    const { fetch, hub, pauses } = await start();
    hub.misbehaviour = ({ host, path, range }, response, bytes) => {
      if (host !== 'store' || !isWeights(path) || bytes === null) return false;
      if (range !== null) {
        response
          .writeHead(code, { 'content-range': `bytes 0-9/${bytes.length}` })
          .end('0123456789');
        return true;
      }
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 5000), () => response.destroy());
      return true;
    };
    await expect(fetch()).rejects.toMatchObject({ code: 'HUB_UNAVAILABLE' });
    expect(pauses).toEqual([1000, 1000, 2000, 4000, 8000]);
  });

  it('is noticed when the server says nothing more', async () => {
    const quiet = await start(undefined, 200);
    let silent = 1;
    quiet.hub.misbehaviour = ({ host, path }, response, bytes) => {
      if (host !== 'store' || !isWeights(path) || bytes === null || silent-- <= 0) return false;
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 100));
      return true;
    };
    expect(hasWeights(await quiet.fetch())).toBe(true);
    expect(quiet.pauses).toEqual([1000]);
  });

  it('is none while something comes now and then', async () => {
    vi.useFakeTimers();
    const { context } = await start(undefined, 1000);
    const work = whileHeard(context, 'hub', async (signal, heard) => {
      for (let turn = 0; turn < 5; turn++) {
        await vi.advanceTimersByTimeAsync(900);
        heard();
      }
      return signal.aborted;
    });
    expect(await work).toBe(false);
    vi.useRealTimers();
  });

  it('by the end of the program is gone on with by the next one', async () => {
    const { fetch, hub, cacheFolder } = await start();
    let held = true;
    hub.misbehaviour = ({ host, path }, response, bytes) => {
      if (!held || host !== 'store' || !isWeights(path) || bytes === null) return false;
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 7000));
      return true;
    };
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        join(import.meta.dirname, 'children/fetch-model.ts'),
        hub.endpoint,
        cacheFolder,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = once(child, 'close');
    let told = '';
    for await (const chunk of child.stdout) {
      told += chunk;
      if (told.includes(' 7000\n')) break;
    }
    child.kill('SIGKILL');
    await ended;
    held = false;
    expect(hasWeights(await fetch())).toBe(true);
    expect(hub.seen.at(-1)?.range).toBe('bytes=7000-');
  }, 30_000);
});

describe('a damaged file', () => {
  it('is refused and not kept', async () => {
    const { fetch, cacheFolder, hub } = await start();
    const bad = Buffer.from(weights);
    bad.writeUInt8(bad.readUInt8(9000) ^ 1, 9000);
    hub.misbehaviour = ({ host, path, range }, response) => {
      if (host !== 'store' || !isWeights(path)) return false;
      sendRange(response, bad, range);
      return true;
    };
    await expect(fetch()).rejects.toMatchObject({ code: 'DOWNLOAD_DAMAGED' });
    expect(blobs(cacheFolder).some((name) => name.endsWith('.incomplete'))).toBe(false);
    hub.misbehaviour = () => false;
    expect(hasWeights(await fetch())).toBe(true);
  });

  it('that is small is told by its hash too', async () => {
    const { fetch, hub } = await start();
    hub.misbehaviour = ({ path }, response, bytes) => {
      if (!path.endsWith('/config.json') || bytes === null) return false;
      response.end(Buffer.from(bytes.toString().replace('32', '33')));
      return true;
    };
    await expect(fetch()).rejects.toMatchObject({ code: 'DOWNLOAD_DAMAGED' });
  });

  it('that is too long is refused', async () => {
    const { fetch, hub } = await start();
    hub.lies.set('config.json', { size: 10 });
    await expect(fetch()).rejects.toMatchObject({
      code: 'DOWNLOAD_DAMAGED',
      message: expect.stringContaining('more of config.json than its 10 bytes'),
    });
  });

  it('that is too short counts as broken off', async () => {
    const { fetch, hub } = await start();
    hub.lies.set('config.json', { size: 100_000 });
    await expect(fetch()).rejects.toMatchObject({ code: 'HUB_UNAVAILABLE' });
  });

  it.each([3000, weights.length, weights.length + 1])(
    'of %i bytes left by another program is thrown away',
    async (length) => {
      const { fetch, hub, cacheFolder } = await start();
      await fetch();
      const path = blobPath(cacheFolder);
      rmSync(path);
      writeFileSync(`${path}.incomplete`, Buffer.alloc(length));
      const before = hub.seen.length;
      expect(hasWeights(await fetch())).toBe(true);
      const asked = hub.seen.slice(before).filter(({ host }) => host === 'store');
      // What is too long or damaged is not gone on with; what is too short is, before it is known to be damaged.
      expect(asked.map(({ range }) => range)).toEqual(
        length < weights.length ? [`bytes=${length}-`, null] : [null],
      );
    },
  );

  it('of the cache is not used when it has another size', async () => {
    const { fetch, cacheFolder } = await start();
    await fetch();
    writeFileSync(blobPath(cacheFolder), weights.subarray(0, 5000));
    expect(hasWeights(await fetch())).toBe(true);
  });
});

describe('a full disk', () => {
  // Every write to this device meets a full disk.
  it.skipIf(!existsSync('/dev/full'))('is told as such, and another try goes on', async () => {
    const { fetch, cacheFolder } = await start();
    await fetch({ withWeights: false });
    const partial = `${blobPath(cacheFolder)}.incomplete`;
    symlinkSync('/dev/full', partial);
    await expect(fetch()).rejects.toMatchObject({
      code: 'STORAGE_FULL',
      message: expect.stringContaining('The disk is full'),
    });
    rmSync(partial);
    expect(hasWeights(await fetch())).toBe(true);
  });
});
