import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type WorkerNotice,
  WorkerProcess,
  type WorkerTiming,
} from '../../src/dispatch/worker-process.ts';
import {
  collectNotices,
  packFolder,
  quickTiming,
  readAll,
  requestFor,
  scoreFor,
  scriptedWorker,
  startCount,
} from '../support/scripted-dispatch.ts';

const started: WorkerProcess[] = [];

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(started.splice(0).map((worker) => worker.close()));
});

async function start(folder: string, timing: Partial<WorkerTiming> = {}) {
  const collected = collectNotices<WorkerNotice>();
  const worker = await WorkerProcess.start({
    workerPath: scriptedWorker,
    open: { folder, device: 'cpu', threads: null, maxRunning: 4, maxBytes: 1, plugin: null },
    timing: { ...quickTiming, ...timing },
    now: () => performance.now(),
    observe: collected.observe,
  });
  started.push(worker);
  return { worker, ...collected };
}

const job = (decoder: string, runId = 'run') => ({
  runId,
  request: requestFor(decoder),
  priority: 'INTERACTIVE' as const,
  waitedMs: 0,
});
const types = (entries: readonly { type: string }[]) => entries.map(({ type }) => type);
const notAborted = () => new AbortController().signal;

describe('starting', () => {
  it('serves the pack that the worker opened', async () => {
    const { worker } = await start(packFolder('first'));

    expect(worker.pack).toMatchObject({ id: 'first', decoderNames: ['echo'] });
    expect(worker.state).toBe('READY');
  });

  it('fails with the reason why the worker cannot open its pack, and does not try again', async () => {
    const folder = packFolder('refuse');

    await expect(start(folder)).rejects.toMatchObject({
      code: 'INVALID_PACK',
      message: 'No pack in refuse.',
    });
    expect(startCount(folder)).toBe(1);
  });

  it('fails when the worker exits without a word', async () => {
    await expect(start(packFolder('exit'))).rejects.toMatchObject({
      code: 'WORKER_FAILED',
      message: 'The decoding worker exited with code 7.',
    });
  });

  it('kills a worker that does not open its pack in time', async () => {
    await expect(start(packFolder('hang'), { openTimeoutMs: 500 })).rejects.toMatchObject({
      code: 'WORKER_FAILED',
      message: 'The decoding worker did not open its pack within 500 ms and was ended by SIGKILL.',
    });
  });
});

describe('the time to open', () => {
  it('is over once the pack is open', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { worker, notices } = await start(packFolder('pack'), { openTimeoutMs: 1000 });
    vi.advanceTimersByTime(1001);
    await worker.tokenize('');

    expect(types(notices)).toEqual(['ready']);
  });
});

describe('jobs', () => {
  it('answers checks, tokenizations and scores', async () => {
    const { worker } = await start(packFolder('pack'));

    expect(await worker.prepare(requestFor('echo'))).toMatchObject({ openTokens: 1 });
    expect(await worker.tokenize('abc')).toMatchObject({ texts: ['abc'] });
    expect(await worker.score(scoreFor('echo'), notAborted(), 'INTERACTIVE')).toMatchObject({
      likelihood: { logProb: -2 },
    });
  });

  it('gives a refusal back with all its problems', async () => {
    const { worker } = await start(packFolder('pack'));

    await expect(worker.prepare(requestFor('refuse'))).rejects.toMatchObject({
      name: 'InfillError',
      code: 'INVALID_TEMPLATE',
      problems: [{ path: ['source'], value: 'x', limit: '1' }],
      retryAfterMs: null,
    });
  });

  it('carries the progress of a run in order, with 64-bit seeds', async () => {
    const { worker } = await start(packFolder('pack'));
    const request = requestFor('echo', 2n ** 63n - 1n);
    const entries = await readAll(worker.fill({ ...job('echo'), runId: 'run', request }));

    expect(types(entries)).toEqual(['started', 'committed', 'committed', 'completed']);
    expect(entries.at(-1)).toMatchObject({ outcome: { text: '9223372036854775807' } });
  });

  it('cancels a run', async () => {
    const { worker } = await start(packFolder('pack'));
    const stream = worker.fill(job('wait'));
    worker.cancel('another run');
    worker.cancel('run');

    expect(types(await readAll(stream))).toEqual(['started', 'committed', 'cancelled']);
  });

  it('gives up a check that gets no answer in time', async () => {
    const { worker } = await start(packFolder('pack'), { answerTimeoutMs: 50 });

    await expect(worker.prepare(requestFor('mute'))).rejects.toMatchObject({
      code: 'WORKER_FAILED',
      message: 'The decoding worker of pack pack did not answer within 50 ms.',
    });
    expect(worker.state).toBe('READY');
  });

  it('abandons a score when its signal aborts', async () => {
    const { worker } = await start(packFolder('pack'));
    const abort = new AbortController();
    const score = worker.score(scoreFor('mute'), abort.signal, 'INTERACTIVE');
    // The score is on its way to the worker by the time that this is answered.
    await worker.tokenize('');
    abort.abort();

    await expect(score).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('a worker that dies', () => {
  it('fails every run and every check it had, after what it had said', async () => {
    const { worker } = await start(packFolder('pack'), { firstRestartMs: 60_000 });
    const waiting = worker.fill(job('wait', 'other'));
    const check = worker.prepare(requestFor('mute'));
    const crashing = worker.fill(job('crash'));
    const error = { code: 'WORKER_FAILED', message: 'The decoding worker exited with code 7.' };

    await expect(check).rejects.toMatchObject(error);
    expect(await readAll(crashing)).toMatchObject([
      { type: 'started' },
      { type: 'committed' },
      { type: 'failed', outcome: null, error },
    ]);
    expect((await readAll(waiting)).at(-1)).toMatchObject({ type: 'failed', error });
    expect(worker.state).toBe('RESTARTING');
  });

  it('is started again, and checks wait for that', async () => {
    const { worker, nth } = await start(packFolder('pack'));
    const [before] = (await worker.tokenize('')).ids;
    await readAll(worker.fill(job('crash')));
    const [after] = (await worker.tokenize('')).ids;

    expect(after).not.toBe(before);
    expect(await nth('failed', 1)).toMatchObject({ packId: 'pack', restartInMs: 1 });
    expect(worker.state).toBe('READY');
  });

  it('does not get the checks that were given up before it came back', async () => {
    const timing = { answerTimeoutMs: 1000, firstRestartMs: 1500, maxRestartMs: 1500 };
    const { worker, nth, notices } = await start(packFolder('pack'), timing);
    await readAll(worker.fill(job('crash')));
    await expect(worker.prepare(requestFor('crash'))).rejects.toMatchObject({
      code: 'WORKER_FAILED',
      message: 'The decoding worker of pack pack did not answer within 1000 ms.',
    });
    await nth('ready', 2);
    await worker.tokenize('');

    expect(types(notices)).toEqual(['ready', 'failed', 'ready']);
  });

  it('is killed when it says nothing while it has a run', async () => {
    const { worker, nth } = await start(packFolder('pack'), { hangMs: 100 });
    const entries = await readAll(worker.fill(job('hang')));

    expect(entries.at(-1)).toMatchObject({
      type: 'failed',
      error: { message: 'The decoding worker said nothing for 100 ms and was ended by SIGKILL.' },
    });
    await nth('ready', 2);
  });

  it('is killed when it says nothing while it has a check', async () => {
    const { worker } = await start(packFolder('pack'), { hangMs: 100 });

    await expect(worker.prepare(requestFor('hang'))).rejects.toMatchObject({
      code: 'WORKER_FAILED',
    });
  });

  it('is left alone while it has nothing to do or answers', async () => {
    const { worker, notices } = await start(packFolder('pack'), { hangMs: 500 });
    const stream = worker.fill(job('wait'));
    // Twice the limit passes, measured in answers of the worker itself.
    const until = performance.now() + 1000;
    while (performance.now() < until) await worker.tokenize('');
    worker.cancel('run');
    await readAll(stream);

    expect(types(notices)).toEqual(['ready']);
  });

  it('is tried again with growing pauses while it cannot open its pack', async () => {
    const { worker, nth, notices } = await start(packFolder('once'));
    void readAll(worker.fill(job('crash')));
    await nth('failed', 4);

    const pauses = notices.flatMap((notice) =>
      notice.type === 'failed' ? [notice.restartInMs] : [],
    );
    expect(pauses.slice(0, 4)).toEqual([1, 2, 4, 4]);
    expect(worker.state).toBe('RESTARTING');
  });

  it('does not serve another pack in place of the one it opened first', async () => {
    const { worker, nth } = await start(packFolder('changing'));
    await readAll(worker.fill(job('crash')));

    expect((await nth('failed', 2)).error.message).toContain(
      'its digest was digest 1 and is digest 2',
    );
  });
});

describe('closing', () => {
  it('ends the runs as interrupted and refuses jobs', async () => {
    const { worker } = await start(packFolder('pack'));
    const stream = worker.fill(job('wait'));
    await worker.close();

    expect((await readAll(stream)).at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'INTERRUPTED' },
    });
    expect(worker.state).toBe('STOPPED');
    await expect(worker.tokenize('')).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect((await readAll(worker.fill(job('echo')))).map(({ type }) => type)).toEqual(['failed']);
  });

  it('kills a worker that does not exit', async () => {
    const { worker } = await start(packFolder('pack'), { hangMs: 60_000, closeTimeoutMs: 100 });
    const stream = worker.fill(job('hang'));
    await worker.close();

    expect((await readAll(stream)).at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'INTERRUPTED' },
    });
  });

  it('stops a restart that is due', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { worker } = await start(packFolder('pack'));
    await readAll(worker.fill(job('crash')));
    expect(vi.getTimerCount()).toBe(1);
    await worker.close();

    expect(worker.state).toBe('STOPPED');
    expect(vi.getTimerCount()).toBe(0);
  });
});
