import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { storeGate } from '../../src/store/store-gate.ts';
import { temporaryFolder } from './support/folders.ts';

const held = { isHeld: () => true };
const freeMb = () => {
  const { bavail, bsize } = statfsSync(tmpdir());
  return Math.floor((bavail * bsize) / 2 ** 20);
};

describe('storeGate', () => {
  it('lets runs in while there is room', () => {
    const disk = { folder: temporaryFolder(), minFreeMb: 1, now: () => 0 };
    expect(() => storeGate(held, disk).check()).not.toThrow();
  });

  it('refuses them where less is free, with both figures and when to come back', () => {
    const minFreeMb = freeMb() + 1_000_000;
    const gate = storeGate(held, { folder: temporaryFolder(), minFreeMb, now: () => 0 });
    expect(() => gate.check()).toThrow(
      expect.objectContaining({
        code: 'STORAGE_FULL',
        message: expect.stringMatching(new RegExp(`has \\d+ MiB free; below ${minFreeMb} MiB`)),
        retryAfterMs: 30_000,
      }),
    );
  });

  it('does not look where the least is 0', () => {
    const gate = storeGate(held, {
      folder: '/there is no such folder',
      minFreeMb: 0,
      now: () => 0,
    });
    expect(() => gate.check()).not.toThrow();
  });

  it('looks again after a second, and not before', () => {
    let now = 0;
    const folder = join(temporaryFolder(), 'data');
    mkdirSync(folder);
    const gate = storeGate(held, { folder, minFreeMb: 1, now: () => now });
    gate.check();
    rmSync(folder, { recursive: true });
    now = 999;
    expect(() => gate.check()).not.toThrow();
    now = 1000;
    expect(() => gate.check()).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }));
    mkdirSync(folder);
    writeFileSync(join(folder, 'file'), '');
    expect(() => gate.check()).not.toThrow();
  });

  it('refuses them while the database is not held', () => {
    let isHeld = false;
    const gate = storeGate({ isHeld: () => isHeld }, null);
    expect(() => gate.check()).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }));
    isHeld = true;
    expect(() => gate.check()).not.toThrow();
  });
});
