import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireLock, type LockHolder, readLock } from '../../src/store/folder-lock.ts';
import { findProcess } from '../../src/store/running-process.ts';
import { startChild, temporaryFolder } from './support/folders.ts';

const start = new Date('2026-01-02T03:04:05.678Z');
const fileOf = (folder: string) => join(folder, 'lacuna.lock');

/** Writes the lock of this process, changed, as another process would have left it. */
function leaveLock(folder: string, change: Partial<LockHolder>): void {
  const lock = acquireLock(folder, start, null);
  const holder = JSON.parse(readFileSync(fileOf(folder), 'utf8'));
  lock.release();
  writeFileSync(fileOf(folder), JSON.stringify({ ...holder, ...change }));
}

/** Runs `count` processes that try to take the folder's lock at the same time. */
async function race(folder: string, count: number) {
  const children = Array.from({ length: count }, () => startChild('hold-lock.ts', folder));
  await Promise.all(children.map((child) => child.nextLine()));
  for (const child of children) child.process.stdin?.write('go\n');
  return Promise.all(children.map(async (child) => ({ child, answer: await child.nextLine() })));
}

describe('acquireLock', () => {
  it('writes the pid, the host, the start and the address', () => {
    const folder = temporaryFolder();
    acquireLock(folder, start, 'http://127.0.0.1:4000');
    expect(readLock(folder)).toMatchObject({
      pid: process.pid,
      startedAt: start.toISOString(),
      url: 'http://127.0.0.1:4000',
    });
  });

  it('carries a new secret each time, which stays when the address changes', () => {
    const folder = temporaryFolder();
    const lock = acquireLock(folder, start, null);
    expect(readLock(folder)?.secret).toBe(lock.secret);
    lock.setUrl('http://127.0.0.1:4000');
    expect(readLock(folder)?.secret).toBe(lock.secret);
    lock.release();
    expect(acquireLock(folder, start, null).secret).not.toBe(lock.secret);
  });

  it('lets only the owner of the process read the secret', () => {
    const folder = temporaryFolder();
    const lock = acquireLock(folder, start, null);
    expect(statSync(fileOf(folder)).mode & 0o777).toBe(0o600);
    lock.setUrl('http://127.0.0.1:4000');
    expect(statSync(fileOf(folder)).mode & 0o777).toBe(0o600);
  });

  it('reads the lock of an earlier version, which has no secret', () => {
    const folder = temporaryFolder();
    acquireLock(folder, start, null);
    const { secret: _, ...earlier } = JSON.parse(readFileSync(fileOf(folder), 'utf8'));
    writeFileSync(fileOf(folder), JSON.stringify(earlier));
    expect(readLock(folder)).toMatchObject({ pid: process.pid, secret: null });
  });

  it('refuses a folder that this process holds, and names pid, address and setting', () => {
    const folder = temporaryFolder();
    acquireLock(folder, start, 'http://127.0.0.1:4000');
    expect(() => acquireLock(folder, start, null)).toThrow(
      expect.objectContaining({
        code: 'DATA_DIR_IN_USE',
        message: expect.stringMatching(
          new RegExp(`process ${process.pid}, which serves http://127.0.0.1:4000.* DATA_DIR `),
        ),
      }),
    );
  });

  it('takes a released folder, and leaves no file behind', () => {
    const folder = temporaryFolder();
    acquireLock(folder, start, null).release();
    acquireLock(folder, start, null).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes over from an earlier process with the same pid', () => {
    const folder = temporaryFolder();
    leaveLock(folder, { processStart: 'another boot/1' });
    expect(readLock(folder)).toBeNull();
    acquireLock(folder, start, null);
    expect(readLock(folder)?.pid).toBe(process.pid);
  });

  it('refuses the lock of another host, and names the file to delete', () => {
    const folder = temporaryFolder();
    leaveLock(folder, { host: 'elsewhere.example', processStart: 'another boot/1' });
    expect(() => acquireLock(folder, start, null)).toThrow(
      expect.objectContaining({
        code: 'DATA_DIR_IN_USE',
        message: expect.stringContaining(
          `host "elsewhere.example". Stop that process (if it is gone, delete ${fileOf(folder)})`,
        ),
      }),
    );
  });

  it.each(['', '{"pid":', '[]', '{"pid":1,"host":"h","token":"../../x","url":null}'])(
    'refuses a damaged lock file: %j',
    (text) => {
      const folder = temporaryFolder();
      writeFileSync(fileOf(folder), text);
      expect(() => acquireLock(folder, start, null)).toThrow(
        expect.objectContaining({
          code: 'DATA_DIR_IN_USE',
          message: expect.stringContaining('damaged'),
        }),
      );
      expect(readFileSync(fileOf(folder), 'utf8')).toBe(text);
    },
  );

  it('refuses a folder while another process holds it, and takes it once that one is killed', async () => {
    const folder = temporaryFolder();
    const [holder] = await race(folder, 1);
    expect(() => acquireLock(folder, start, null)).toThrow(
      `process ${holder?.child.process.pid}, which`,
    );
    await holder?.child.kill();
    acquireLock(folder, start, null);
    expect(readdirSync(folder)).toEqual(['lacuna.lock']);
  }, 30_000);

  it('takes over although an earlier process died while it was taking over', () => {
    const folder = temporaryFolder();
    const dead = { processStart: 'another boot/1' };
    leaveLock(folder, { ...dead, token: '00000000000000aa' });
    const text = readFileSync(fileOf(folder), 'utf8').replace(
      '00000000000000aa',
      '00000000000000bb',
    );
    writeFileSync(`${fileOf(folder)}.00000000000000aa`, text);
    acquireLock(folder, start, null);
    expect(readdirSync(folder)).toEqual(['lacuna.lock']);
  });

  it('lets exactly one of several processes take a stale lock', async () => {
    for (let round = 0; round < 3; round++) {
      const folder = temporaryFolder();
      leaveLock(folder, { processStart: 'another boot/1' });
      const racers = await race(folder, 4);
      const winners = racers.filter(({ answer }) => answer === 'held');
      expect(racers.filter(({ answer }) => answer === 'DATA_DIR_IN_USE')).toHaveLength(3);
      expect(winners).toHaveLength(1);
      expect(readLock(folder)?.pid).toBe(winners[0]?.child.process.pid);
      await Promise.all(racers.map(({ child }) => child.kill()));
    }
  }, 60_000);
});

describe('FolderLock', () => {
  it('tells a new address', () => {
    const folder = temporaryFolder();
    const lock = acquireLock(folder, start, null);
    lock.setUrl('http://127.0.0.1:4001');
    expect(readLock(folder)?.url).toBe('http://127.0.0.1:4001');
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not release the lock of another', () => {
    const folder = temporaryFolder();
    const lock = acquireLock(folder, start, null);
    leaveLockOfOther(folder);
    lock.release();
    expect(readdirSync(folder)).toEqual(['lacuna.lock']);
  });
});

function leaveLockOfOther(folder: string): void {
  const text = readFileSync(fileOf(folder), 'utf8');
  writeFileSync(fileOf(folder), text.replace(/"token": "\w+"/, '"token": "0123456789abcdef"'));
}

describe('readLock', () => {
  it('is null where there is no lock', () => {
    expect(readLock(temporaryFolder())).toBeNull();
  });
});

describe('findProcess', () => {
  it('is null for a pid that no process has', () => {
    expect(findProcess(2 ** 30)).toBeNull();
  });

  it('gives one start for a process, however often it is asked', () => {
    expect(findProcess(process.pid)).toEqual(findProcess(process.pid));
  });

  it('gives processes of other times other starts', () => {
    expect(findProcess(process.pid)).not.toEqual(findProcess(1));
  });
});
