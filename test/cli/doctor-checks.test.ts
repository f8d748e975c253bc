import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDatabase, checkFolder, checkLock } from '../../src/cli/doctor/data-checks.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { checkMemory, checkPacks } from '../../src/cli/doctor/model-checks.ts';
import { reportOf } from '../../src/cli/doctor/report.ts';
import { checkNode, checkThreads } from '../../src/cli/doctor/runtime-checks.ts';
import { checkPersistedOperations, checkPort } from '../../src/cli/doctor/server-checks.ts';
import { readConfig } from '../../src/config.ts';
import { packageRoot } from '../../src/package-root.ts';
import { loadPackDescription } from '../../src/packs/load-pack.ts';
import { acquireLock } from '../../src/store/folder-lock.ts';
import { openStore } from '../../src/store/open-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = temporaryFolder();

function folderOf(name: string): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

describe('the check of Node', () => {
  it.each([
    ['20.18.3', 'failed'],
    ['20.19.0', 'ok'],
    ['22.0.0', 'ok'],
    ['18.20.0', 'failed'],
  ])('takes %s for %s', (version, state) => {
    expect(checkNode(version).state).toBe(state);
  });
});

describe('the check of threads', () => {
  it('warns of more threads than processors', () => {
    expect(checkThreads({ threads: 3 }, 2)).toMatchObject({ state: 'warning' });
    expect(checkThreads({ threads: 2 }, 2)).toMatchObject({ state: 'ok' });
  });
});

describe('the check of packs', () => {
  it('tells which decoders a whole pack supports', async () => {
    const [pack] = await checkPacks(readConfig({}));
    expect(pack).toMatchObject({ state: 'ok', message: expect.stringContaining('maria, ') });
  });

  it('names a folder without packs, and a pack that is damaged', async () => {
    const empty = folderOf('no-packs');
    const [none] = await checkPacks(readConfig({ MODELS_DIR: empty }));
    expect(none).toMatchObject({ state: 'failed', message: expect.stringContaining(empty) });
    const models = folderOf('models');
    writeFileSync(join(folderOf('models/broken'), 'pack.json'), '{');
    const [broken] = await checkPacks(readConfig({ MODELS_DIR: models }));
    expect(broken).toMatchObject({ subject: 'pack broken', state: 'failed' });
  });

  it('warns when the weights are more than the free memory', async () => {
    const { manifest } = await loadPackDescription(join(packageRoot(), 'models/bundled'));
    expect(checkMemory([manifest], 2 ** 30).state).toBe('ok');
    expect(checkMemory([manifest], 2 ** 26).state).toBe('warning');
  });
});

describe('the checks of the data folder', () => {
  it('take a folder that is not there for one that a start makes', () => {
    const dataDir = join(root, 'not/yet');
    expect(checkFolder(readConfig({ DATA_DIR: dataDir }))[0]).toMatchObject({
      state: 'ok',
      message: `${dataDir}, which a start makes`,
    });
  });

  it('fail for a file', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    expect(checkFolder(readConfig({ DATA_DIR: file }))[0]).toMatchObject({ state: 'failed' });
  });

  it('warn when the disk has less than runs are admitted with', () => {
    const env = { DATA_DIR: root, MIN_FREE_DISK_MB: '10000000' };
    expect(checkFolder(readConfig(env))[1]).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('MIN_FREE_DISK_MB'),
    });
    // The database is on another disk then.
    const elsewhere = { ...env, DATABASE_URL: 'postgres://lacuna@127.0.0.1:1/lacuna' };
    expect(checkFolder(readConfig(elsewhere))[1]?.message).not.toContain('MIN_FREE_DISK_MB');
  });

  it('tell a lock of a running process from a stale and a damaged one', async () => {
    const held = folderOf('held');
    const lock = acquireLock(held, new Date(), null);
    const [finding, holder] = await checkLock(held);
    expect(finding).toMatchObject({ state: 'warning' });
    expect(holder?.pid).toBe(process.pid);
    lock.setUrl('http://127.0.0.1:1');
    const [silent] = await checkLock(held);
    expect(silent).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('does not answer'),
    });
    lock.release();
    expect((await checkLock(held))[0]).toMatchObject({ state: 'ok' });
    const damaged = folderOf('damaged');
    writeFileSync(join(damaged, 'lacuna.lock'), '{');
    expect((await checkLock(damaged))[0]).toMatchObject({ state: 'failed' });
  });
});

describe('the check of the database', () => {
  it('tells one that is made, and changes nothing where there is none', {
    timeout: 60_000,
  }, async () => {
    const dataDir = folderOf('database');
    const config = readConfig({ DATA_DIR: dataDir });
    const [none] = await checkDatabase(config, null);
    expect(none?.message).toBe('embedded; a start makes it');
    const store = await openStore({ dataDir, serverUrl: null, now: Date.now });
    await store.close();
    const [made] = await checkDatabase(config, null);
    expect(made?.message).toBe('embedded; its tables are those of this version');
  });

  it('fails where others can reach a server without a key', async () => {
    const env = { DATA_DIR: folderOf('keyless'), HOST: '0.0.0.0', ALLOWED_HOSTS: 'localhost' };
    const found = await checkDatabase(readConfig(env), null);
    expect(found[1]).toMatchObject({
      subject: 'HOST',
      state: 'failed',
      message: expect.stringContaining('lacuna keys create'),
    });
    const loopback = await checkDatabase(readConfig({ DATA_DIR: env.DATA_DIR }), null);
    expect(loopback[1]).toMatchObject({ subject: 'HOST', state: 'ok' });
  });

  it('fails for a server that cannot be reached, without its password', async () => {
    const url = 'postgres://lacuna:hidden@127.0.0.1:1/lacuna';
    const [finding] = await checkDatabase(readConfig({ DATABASE_URL: url }), null);
    expect(finding).toMatchObject({ state: 'failed' });
    expect(JSON.stringify(finding)).not.toContain('hidden');
  });
});

describe('the checks of the server', () => {
  it('tell a port that is taken from a free one', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const config = readConfig({ PORT: String(port) });
    expect(await checkPort(config, null)).toMatchObject({ state: 'failed' });
    server.close();
    await once(server, 'close');
    expect(await checkPort(config, null)).toMatchObject({ state: 'ok' });
  });

  it('fail for operations that are not in the schema', () => {
    const file = join(root, 'operations.json');
    writeFileSync(file, JSON.stringify({ viewer: '{ viewer { owner } }' }));
    const config = readConfig({ PERSISTED_OPERATIONS: file });
    expect(checkPersistedOperations(config)).toMatchObject([{ state: 'ok' }]);
    writeFileSync(file, JSON.stringify({ other: '{ nothing }' }));
    expect(checkPersistedOperations(config)).toMatchObject([{ state: 'failed' }]);
    // The field may be that of the plugin's decoder.
    const withPlugin = { ...config, plugins: ['./decoder.mjs'] };
    expect(checkPersistedOperations(withPlugin)).toMatchObject([{ state: 'warning' }]);
  });
});

describe('the report', () => {
  const findings: Finding[] = [
    { group: 'runtime', subject: 'Node.js', state: 'ok', message: '20.20.0', advice: null },
    {
      group: 'server',
      subject: 'PORT',
      state: 'failed',
      message: '4000 on 127.0.0.1 cannot be taken.',
      advice: 'Set PORT to a free port.',
    },
  ];

  it('has a paragraph per group, and says what it comes to', () => {
    expect(reportOf(findings, { columns: 80, hasColors: false })).toBe(
      [
        'runtime',
        '  ok        Node.js  20.20.0',
        '',
        'server',
        '  failed    PORT     4000 on 127.0.0.1 cannot be taken.',
        '                     → Set PORT to a free port.',
        '',
        'A start would fail: 1 problem, 0 warnings.',
      ].join('\n'),
    );
  });

  it('keeps long lines under their column', () => {
    const lines = reportOf(findings, { columns: 40, hasColors: false }).split('\n');
    expect(lines.every((line) => line.length <= 42)).toBe(true);
    expect(lines[5]).toMatch(/^ {21}\S/);
  });
});
