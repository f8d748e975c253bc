/**
 * A tokenizer whose pattern backtracks over every way to split a run of "a", in a worker.
 *
 * `npm run build` comes first: a child process runs JavaScript only.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { type WorkerNotice, WorkerProcess } from '../../src/dispatch/worker-process.ts';
import { packageRoot } from '../../src/package-root.ts';
import { reseal } from '../support/damaged-pack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/test-server.ts';
import { writeTinyPack } from '../support/tiny-pack.ts';

const root = temporaryFolder();
const hostileText = `${'a'.repeat(64)}!`;
const timing = {
  answerTimeoutMs: 500,
  hangMs: 1500,
  pingMs: 100,
  openTimeoutMs: 30_000,
  closeTimeoutMs: 1000,
  firstRestartMs: 10,
  maxRestartMs: 10,
  healthyMs: 1000,
};

async function slowPack(): Promise<string> {
  const pack = await writeTinyPack(root, { seed: 9 });
  const path = join(pack, 'tokenizer.json');
  const json = JSON.parse(readFileSync(path, 'utf8'));
  const pattern = { Regex: '(a+)+b' };
  json.pre_tokenizer = {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern, behavior: 'Isolated', invert: false },
      { ...json.pre_tokenizer, use_regex: false },
    ],
  };
  writeFileSync(path, JSON.stringify(json));
  reseal(pack);
  return pack;
}

it('stops no other work: its worker is given up in time, ended and started again', async () => {
  const notices: WorkerNotice[] = [];
  const folder = await slowPack();
  const worker = await WorkerProcess.start({
    workerPath: join(packageRoot(), 'dist/src/worker.js'),
    open: { folder, device: 'cpu', threads: 1, maxRunning: 1, maxBytes: 2 ** 26, plugin: null },
    timing,
    now: () => performance.now(),
    observe: (notice) => void notices.push(notice),
  });
  try {
    expect((await worker.tokenize('bbb')).ids.length).toBeGreaterThan(0);
    await expect(worker.tokenize(hostileText)).rejects.toMatchObject({ code: 'WORKER_FAILED' });
    await until(() => notices.filter(({ type }) => type === 'ready').length === 2);
    expect(notices.map(({ type }) => type)).toEqual(['ready', 'failed', 'ready']);
    expect((await worker.tokenize('bbb')).ids.length).toBeGreaterThan(0);
  } finally {
    await worker.close();
  }
}, 60_000);
