import { afterEach, describe, expect, it } from 'vitest';
import type { Dispatcher, Ticket } from '../../src/dispatch/dispatcher.ts';
import { type DispatchLimits, openLocalDispatcher } from '../../src/dispatch/local-dispatcher.ts';
import type { WorkerNotice, WorkerTiming } from '../../src/dispatch/worker-process.ts';
import {
  collectNotices,
  packFolder,
  quickTiming,
  readAll,
  requestFor,
  scriptedWorker,
  startCount,
} from '../support/scripted-dispatch.ts';

const opened: Dispatcher[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((dispatcher) => dispatcher.close()));
});

type Settings = {
  folders?: readonly string[];
  limits?: Partial<DispatchLimits>;
  timing?: Partial<WorkerTiming>;
};

async function open({ folders = [packFolder('pack')], limits = {}, timing = {} }: Settings = {}) {
  const collected = collectNotices<WorkerNotice>();
  const dispatcher = await openLocalDispatcher({
    workerPath: scriptedWorker,
    packs: folders.map((folder) => ({ folder })),
    device: 'cpu',
    threads: null,
    limits: { maxQueued: 8, maxRunning: 1, maxBytes: 1, ...limits },
    timing: { ...quickTiming, ...timing },
    observe: collected.observe,
  });
  opened.push(dispatcher);
  return { dispatcher, ...collected };
}

const types = async (ticket: Ticket) => (await readAll(ticket.start())).map(({ type }) => type);

describe('openLocalDispatcher', () => {
  it('serves the packs in their order, one worker each', async () => {
    const { dispatcher } = await open({ folders: [packFolder('b'), packFolder('a')] });

    expect(dispatcher.packs.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(dispatcher.stateOf('a')).toBe('READY');
    expect((await dispatcher.tokenize('a', '')).ids).not.toEqual(
      (await dispatcher.tokenize('b', '')).ids,
    );
  });

  it('fails when one pack cannot be opened', async () => {
    const folders = [packFolder('pack'), packFolder('refuse')];

    await expect(open({ folders })).rejects.toMatchObject({ code: 'INVALID_PACK' });
  });

  it('refuses two packs of one id', async () => {
    const folders = [packFolder('pack'), packFolder('pack')];

    await expect(open({ folders })).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      message: 'Two model packs have the id "pack".',
    });
  });

  it('names the packs there are when asked for another', async () => {
    const { dispatcher } = await open();
    const error = {
      code: 'UNKNOWN_MODEL',
      message: 'There is no model pack "x"; there are: pack.',
    };

    await expect(dispatcher.prepare('x', requestFor('echo'))).rejects.toMatchObject(error);
    expect(() => dispatcher.admit('x', 'run', requestFor('echo'))).toThrow(
      expect.objectContaining(error),
    );
  });
});

describe('runs', () => {
  it('begin when their tickets are started and slots are free', async () => {
    const { dispatcher } = await open();
    const first = dispatcher.admit('pack', 'first', requestFor('wait')).start();
    const second = dispatcher.admit('pack', 'second', requestFor('echo'));
    const ends: string[] = [];
    const reading = Promise.all([
      readAll(first).then(() => ends.push('first')),
      types(second).then(() => ends.push('second')),
    ]);
    dispatcher.cancel('first');
    await reading;

    expect(ends).toEqual(['first', 'second']);
  });

  it('are refused beyond the bound until a ticket is released', async () => {
    const { dispatcher } = await open({ limits: { maxQueued: 1 } });
    dispatcher.admit('pack', 'first', requestFor('echo'));
    const second = dispatcher.admit('pack', 'second', requestFor('echo'));

    expect(second.position).toBe(1);
    expect(() => dispatcher.admit('pack', 'third', requestFor('echo'))).toThrow(
      expect.objectContaining({ code: 'QUEUE_FULL', retryAfterMs: 1000 }),
    );
    second.release();
    expect(await types(dispatcher.admit('pack', 'third', requestFor('echo')))).toContain(
      'completed',
    );
  });

  it('of priority BATCH take no slot and no place in the queue of others', async () => {
    const { dispatcher } = await open({ limits: { maxQueued: 1 } });
    const admit = (runId: string, name: string, priority: 'INTERACTIVE' | 'BATCH') =>
      dispatcher.admit('pack', runId, requestFor(name), priority);
    const running = readAll(admit('running', 'wait', 'BATCH').start());
    const waiting = admit('waiting', 'echo', 'BATCH');
    expect(waiting.position).toBe(0);
    expect(() => admit('refused', 'echo', 'BATCH')).toThrow('2 batch runs are admitted');

    expect(await types(admit('urgent', 'echo', 'INTERACTIVE'))).toContain('completed');
    dispatcher.cancel('running');
    expect((await running).at(-1)).toMatchObject({ type: 'cancelled' });
    expect(await types(waiting)).toContain('completed');
  });

  it('have their slot back when the reader sees the end', async () => {
    const { dispatcher } = await open({ limits: { maxQueued: 0 } });
    for (const runId of ['a', 'b', 'c']) {
      expect(await types(dispatcher.admit('pack', runId, requestFor('echo')))).toContain(
        'completed',
      );
    }
  });

  it('end at once when they are cancelled while they wait', async () => {
    const { dispatcher } = await open();
    dispatcher.admit('pack', 'running', requestFor('wait')).start();
    const waiting = dispatcher.admit('pack', 'waiting', requestFor('echo')).start();
    dispatcher.cancel('waiting');

    expect(await readAll(waiting)).toEqual([{ type: 'cancelled', outcome: null }]);
  });

  it('end at once when they are cancelled before they are started', async () => {
    const { dispatcher } = await open();
    const ticket = dispatcher.admit('pack', 'run', requestFor('echo'));
    dispatcher.cancel('run');

    expect(await types(ticket)).toEqual(['cancelled']);
  });

  it('are left alone by the cancellation of an unknown run', async () => {
    const { dispatcher } = await open();
    const ticket = dispatcher.admit('pack', 'run', requestFor('echo'));
    dispatcher.cancel('another');

    expect(await types(ticket)).toContain('completed');
  });

  it('that wait are kept while their worker is started again', async () => {
    const { dispatcher } = await open();
    const crashing = dispatcher.admit('pack', 'crashing', requestFor('crash')).start();
    const waiting = dispatcher.admit('pack', 'waiting', requestFor('echo')).start();

    expect((await readAll(crashing)).at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'WORKER_FAILED' },
    });
    expect((await readAll(waiting)).at(-1)?.type).toBe('completed');
  });

  it('of another pack overtake those whose worker is down', async () => {
    const { dispatcher } = await open({
      folders: [packFolder('a'), packFolder('b')],
      timing: { firstRestartMs: 60_000 },
    });
    await types(dispatcher.admit('a', 'crashing', requestFor('crash')));
    dispatcher.admit('a', 'waiting', requestFor('echo')).start();

    expect(dispatcher.stateOf('a')).toBe('RESTARTING');
    expect(await types(dispatcher.admit('b', 'overtaking', requestFor('echo')))).toContain(
      'completed',
    );
  });
});

describe('drain', () => {
  it('lets admitted runs end and takes no others', async () => {
    const { dispatcher } = await open();
    const admitted = dispatcher.admit('pack', 'admitted', requestFor('echo'));
    const drained = dispatcher.drain(60_000);

    expect(() => dispatcher.admit('pack', 'late', requestFor('echo'))).toThrow(
      expect.objectContaining({ code: 'SHUTTING_DOWN', retryAfterMs: 5000 }),
    );
    expect(await types(admitted)).toContain('completed');
    await drained;
  });

  it('does not wait for a place that was given back', async () => {
    const { dispatcher } = await open();
    dispatcher.admit('pack', 'run', requestFor('echo')).release();
    await dispatcher.drain(60_000);
  });

  it('cancels what is left after the grace', async () => {
    const { dispatcher } = await open();
    const running = dispatcher.admit('pack', 'running', requestFor('wait')).start();
    const waiting = dispatcher.admit('pack', 'waiting', requestFor('echo')).start();
    await dispatcher.drain(50);

    expect((await readAll(running)).at(-1)?.type).toBe('cancelled');
    expect((await readAll(waiting)).at(-1)?.type).toBe('cancelled');
  });
});

describe('close', () => {
  it('ends runs as interrupted, those that wait too, and starts no worker again', async () => {
    const folder = packFolder('pack');
    const { dispatcher } = await open({ folders: [folder] });
    const running = dispatcher.admit('pack', 'running', requestFor('wait')).start();
    const waiting = dispatcher.admit('pack', 'waiting', requestFor('echo')).start();
    await dispatcher.close();

    const interrupted = { type: 'failed', outcome: null, error: { code: 'INTERRUPTED' } };
    expect((await readAll(running)).at(-1)).toMatchObject(interrupted);
    expect(await readAll(waiting)).toMatchObject([interrupted]);
    expect(dispatcher.stateOf('pack')).toBe('STOPPED');
    expect(startCount(folder)).toBe(1);
  });
});
