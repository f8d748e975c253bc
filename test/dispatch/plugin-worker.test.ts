import { afterEach, describe, expect, it } from 'vitest';
import type { PluginRequest } from '../../src/dispatch/protocol.ts';
import { WorkerProcess } from '../../src/dispatch/worker-process.ts';
import {
  packFolder,
  quickTiming,
  requestFor,
  scriptedWorker,
  startCount,
} from '../support/scripted-dispatch.ts';

const limits = { stepTimeoutMs: 30_000, scoreTimeoutMs: 30_000 };
const plugin: PluginRequest = { decoderName: 'echo', module: '', specifier: '', ...limits };
const workers: WorkerProcess[] = [];

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
});

function optionsOf(folder: string, request: PluginRequest | null) {
  const limited = { threads: null, maxRunning: 4, maxBytes: 1, plugin: request };
  return {
    workerPath: scriptedWorker,
    open: { folder, device: 'cpu', ...limited } as const,
    timing: quickTiming,
    now: () => performance.now(),
    observe: () => undefined,
  };
}

async function start(folder: string): Promise<WorkerProcess> {
  const worker = await WorkerProcess.start(optionsOf(folder, null));
  workers.push(worker);
  return worker;
}

describe('a worker of a plugin that cannot open', () => {
  it('is started again when it is asked, and not before', async () => {
    const folder = packFolder('refuse');
    const { pack } = await start(packFolder('first'));
    const worker = WorkerProcess.launch(optionsOf(folder, plugin), pack);
    workers.push(worker);
    const refusal = {
      code: 'WORKER_FAILED',
      message:
        'The worker of decoder "echo" cannot start (INVALID_PACK); the server\'s log says why.',
    };
    await expect(worker.prepare(requestFor('echo'))).rejects.toMatchObject(refusal);
    // Much longer than the time before a restart.
    for (const name of ['first', 'second']) await start(packFolder(name));
    expect(startCount(folder)).toBe(1);
    await expect(worker.prepare(requestFor('echo'))).rejects.toMatchObject(refusal);
    expect(startCount(folder)).toBe(2);
  });
});
