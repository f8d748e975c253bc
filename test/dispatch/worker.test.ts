/**
 * The built worker with the bundled pack, through a dispatcher and by itself.
 *
 * `npm run build` comes first: a child process runs JavaScript only.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InfillRequest } from '../../src/decoding/infill-request.ts';
import type { RunProgress } from '../../src/decoding/run-event.ts';
import type { Dispatcher, Ticket } from '../../src/dispatch/dispatcher.ts';
import { openLocalDispatcher } from '../../src/dispatch/local-dispatcher.ts';
import type { WorkerNotice } from '../../src/dispatch/worker-process.ts';
import { packageRoot } from '../../src/package-root.ts';
import { bundledFolder, bundledId as packId } from '../support/bundled-pack.ts';
import { collectNotices, readAll } from '../support/scripted-dispatch.ts';

const workerPath = join(packageRoot(), 'dist/src/worker.js');
const parentPath = join(import.meta.dirname, '../fixtures/parent-of-worker.mjs');

function requestOf(text: string, decoder = 'maria'): InfillRequest {
  return {
    source: { text },
    decoder: { name: decoder, options: {} },
    sampling: {},
    seed: 7n,
    alternatives: 0,
    samples: 1,
    lengthSearch: 'CAL',
  };
}

const story = 'Once upon a time there was a [MASK:2] who lived in the [MASK].';
/** Long enough to be stopped in the middle. */
const long = 'Once [MASK:120]';

/** Reads a run and acts once, at its first commit. */
async function readWith(ticket: Ticket, atFirstCommit: () => void): Promise<RunProgress[]> {
  const entries: RunProgress[] = [];
  let hasActed = false;
  for await (const progress of ticket.start()) {
    entries.push(progress);
    if (progress.type !== 'committed' || hasActed) continue;
    hasActed = true;
    atFirstCommit();
  }
  return entries;
}

/** Progress as it is, told of by type. */
async function* noted(
  progress: AsyncIterable<RunProgress>,
  tell: (type: RunProgress['type']) => void,
): AsyncGenerator<RunProgress> {
  for await (const entry of progress) {
    tell(entry.type);
    yield entry;
  }
}

const unhurried = { priority: 'INTERACTIVE', waitedMs: 0 } as const;

const committedCount = (entries: readonly RunProgress[]) =>
  entries.flatMap((entry) => (entry.type === 'committed' ? entry.tokens : [])).length;

describe('a dispatcher over the built worker', () => {
  const { nth, observe } = collectNotices<WorkerNotice>();
  let dispatcher: Dispatcher;

  beforeAll(async () => {
    dispatcher = await openLocalDispatcher({
      workerPath,
      packs: [{ folder: bundledFolder }],
      device: 'cpu',
      threads: 1,
      limits: { maxQueued: 8, maxRunning: 4, maxBytes: 2 ** 30 },
      timing: { firstRestartMs: 1 },
      observe,
    });
  }, 60_000);

  afterAll(async () => {
    await dispatcher.close();
  });

  const admit = (runId: string, request: InfillRequest) => dispatcher.admit(packId, runId, request);

  it('describes the pack with its roles and the decoders it supports', () => {
    expect(dispatcher.packs).toMatchObject([
      {
        id: packId,
        device: 'cpu',
        roles: [{ role: 'causal' }, { role: 'masked' }, { role: 'fusion', parameters: 513 * 4096 }],
        decoderNames: ['maria', 'autoregressive', 'masked-lm', 'diffusion'],
      },
    ]);
  });

  it.each(['maria', 'autoregressive'])('fills with %s', async (decoder) => {
    const entries = await readAll(admit(decoder, requestOf(story, decoder)).start());

    expect(entries[0]).toEqual({ type: 'started' });
    expect(committedCount(entries)).toBe(3);
    expect(entries.at(-1)).toMatchObject({
      type: 'completed',
      outcome: {
        text: expect.stringMatching(/^Once upon a time there was a .+ who lived in the .+\.$/),
        usage: { openTokens: 3, committedTokens: 3 },
      },
    });
  });

  it('checks a request where the tokenizer is', async () => {
    expect(await dispatcher.prepare(packId, requestOf(story))).toMatchObject({
      slots: [{ maxTokens: 2 }, { maxTokens: 1 }],
      openTokens: 3,
    });
    await expect(dispatcher.prepare(packId, requestOf('[MASK:0]'))).rejects.toMatchObject({
      code: 'INVALID_TEMPLATE',
      problems: [{ value: '[MASK:0]' }],
    });
  });

  it('tokenizes a literal', async () => {
    const { ids, texts } = await dispatcher.tokenize(packId, 'there was a cat');

    expect(texts.join('')).toBe('there was a cat');
    expect(ids).toHaveLength(texts.length);
  });

  it('fills several runs side by side as each alone', async () => {
    const alone = await readAll(admit('alone', requestOf(story)).start());
    const entries = await Promise.all(
      ['a', 'b', 'c', 'd'].map((runId) => readAll(admit(runId, requestOf(story)).start())),
    );

    for (const beside of entries) {
      expect(beside.at(-1)).toMatchObject({ outcome: { text: textOf(alone) } });
    }
  });

  it('steps no batch run while an interactive one goes on', async () => {
    const order: string[] = [];
    const batch = dispatcher.admit(packId, 'batch', requestOf(long, 'autoregressive'), 'BATCH');
    const urgent = { reading: Promise.resolve() };
    const readUrgent = async () => {
      for await (const { type } of admit('urgent', requestOf('Once [MASK:30]')).start()) {
        order.push(`urgent ${type}`);
      }
    };
    await readWith(
      { ...batch, start: () => noted(batch.start(), (type) => order.push(`batch ${type}`)) },
      () => {
        urgent.reading = readUrgent();
      },
    );
    await urgent.reading;

    const first = order.indexOf('urgent committed');
    const end = order.indexOf('urgent completed');
    expect(first).toBeGreaterThan(0);
    // What was committed before it may be told a little later.
    const between = order.slice(first, end).filter((entry) => entry.startsWith('batch'));
    expect(between.length).toBeLessThanOrEqual(1);
    expect(order.slice(end)).toContain('batch committed');
    expect(order.at(-1)).toBe('batch completed');
  });

  it('cancels a run in the middle and keeps what it had filled', async () => {
    const entries = await readWith(admit('cancelled', requestOf(long)), () =>
      dispatcher.cancel('cancelled'),
    );

    expect(entries.at(-1)).toMatchObject({ type: 'cancelled', outcome: { text: null } });
    expect(committedCount(entries)).toBeGreaterThan(0);
    expect(committedCount(entries)).toBeLessThan(120);
  });

  it('fails the runs of a worker that is killed, and serves again', async () => {
    const { pid } = await nth('ready', 1);
    const entries = await readWith(admit('killed', requestOf(long)), () =>
      process.kill(pid ?? 0, 'SIGKILL'),
    );

    expect(entries.at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'WORKER_FAILED', message: 'The decoding worker was ended by SIGKILL.' },
    });
    expect((await readAll(admit('after', requestOf(story)).start())).at(-1)?.type).toBe(
      'completed',
    );
    expect((await nth('ready', 2)).pid).not.toBe(pid);
  });

  it('leaves signals of the terminal to its parent', async () => {
    const { pid } = await nth('ready', 2);
    const entries = await readWith(admit('signalled', requestOf(story)), () => {
      process.kill(pid ?? 0, 'SIGINT');
      process.kill(pid ?? 0, 'SIGTERM');
    });

    expect(entries.at(-1)?.type).toBe('completed');
  });

  it('drains, and its worker exits when it is closed', async () => {
    const { pid } = await nth('ready', 2);
    const running = readAll(admit('last', requestOf(story)).start());
    await dispatcher.drain(60_000);

    expect((await running).at(-1)?.type).toBe('completed');
    await dispatcher.close();
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
  });
});

describe('the built worker alone', () => {
  const open = {
    type: 'open',
    folder: bundledFolder,
    device: 'cpu',
    threads: 1,
    maxRunning: 1,
    maxBytes: 2 ** 30,
    plugin: null,
  };

  async function startWorker(): Promise<ChildProcess> {
    const child = fork(workerPath, [], { serialization: 'advanced', execArgv: [] });
    child.send(open);
    await once(child, 'message');
    return child;
  }

  it('ends with code 0 in the middle of a run when its parent is gone', async () => {
    const child = await startWorker();
    child.send({ type: 'fill', runId: 'run', request: requestOf(long), ...unhurried });
    await once(child, 'message');
    child.disconnect();

    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('ends with code 0 in the middle of a run when it is told to', async () => {
    const child = await startWorker();
    child.send({ type: 'fill', runId: 'run', request: requestOf(long), ...unhurried });
    await once(child, 'message');
    child.send({ type: 'close' });

    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('scores a fill', async () => {
    const child = await startWorker();
    const request = requestOf('It was a[MASK:2] day.');
    const ask = { type: 'score', score: { request, fill: { tokens: [529, 724] }, draws: 1 } };
    child.send({ type: 'ask', id: 1, ask });
    const [message] = await once(child, 'message');
    child.send({ type: 'close' });

    expect(message).toMatchObject({
      answer: { type: 'scored', scored: { likelihood: { kind: 'CHAIN_RULE' } } },
    });
    expect(message.answer.scored.likelihood.logProb).toBeLessThan(0);
    await once(child, 'exit');
  });

  it('says that there is no pack where there is none', async () => {
    const child = fork(workerPath, [], { serialization: 'advanced', execArgv: [] });
    child.send({ ...open, folder: join(bundledFolder, 'nothing') });
    const [message] = await once(child, 'message');
    child.send({ type: 'close' });

    expect(message).toMatchObject({ type: 'unopened', error: { code: 'INVALID_PACK' } });
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('goes away when its parent is killed', async () => {
    const parent = fork(parentPath, [workerPath, bundledFolder], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    await once(parent, 'message');
    parent.kill('SIGKILL');

    // The worker holds its parent's standard error: that closes when both are gone.
    expect(await once(parent, 'close')).toEqual([null, 'SIGKILL']);
  });
});

function textOf(entries: readonly RunProgress[]): string | null {
  const last = entries.at(-1);
  return last?.type === 'completed' ? last.outcome.text : null;
}
