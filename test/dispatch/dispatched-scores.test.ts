import { afterEach, describe, expect, it } from 'vitest';
import type { Dispatcher } from '../../src/dispatch/dispatcher.ts';
import { openLocalDispatcher } from '../../src/dispatch/local-dispatcher.ts';
import type { InfillError } from '../../src/errors.ts';
import { packFolder, quickTiming, scoreFor, scriptedWorker } from '../support/scripted-dispatch.ts';

const never = new AbortController().signal;
const opened: Dispatcher[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((dispatcher) => dispatcher.close()));
});

async function open() {
  const dispatcher = await openLocalDispatcher({
    workerPath: scriptedWorker,
    packs: [{ folder: packFolder('pack') }],
    device: 'cpu',
    threads: null,
    limits: { maxQueued: 1, maxRunning: 1, maxBytes: 1 },
    timing: quickTiming,
  });
  opened.push(dispatcher);
  return dispatcher;
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing thrown',
    (error: InfillError) => error.code,
  );

describe('scores', () => {
  it('are what the worker answers, or refuses', async () => {
    const dispatcher = await open();

    expect(await dispatcher.score('pack', scoreFor('echo'), never)).toMatchObject({
      likelihood: { logProb: -2 },
    });
    expect(await codeOf(dispatcher.score('pack', scoreFor('refuse'), never))).toBe(
      'INVALID_TEMPLATE',
    );
    expect(await codeOf(dispatcher.score('other', scoreFor('echo'), never))).toBe('UNKNOWN_MODEL');
  });

  it('of priority BATCH have a turn of their own', async () => {
    const dispatcher = await open();
    const gone = new AbortController();
    const held = codeOf(dispatcher.score('pack', scoreFor('mute'), gone.signal, 'BATCH'));
    const waiting = dispatcher.score('pack', scoreFor('echo'), never, 'BATCH');

    expect(await dispatcher.score('pack', scoreFor('echo'), never)).toMatchObject({
      likelihood: { logProb: -2 },
    });
    gone.abort();
    expect(await held).toBe('CANCELLED');
    expect(await waiting).toMatchObject({ likelihood: { logProb: -2 } });
  });

  it('that wait are scored once a worker that died is back', async () => {
    const dispatcher = await open();
    const crashing = codeOf(dispatcher.score('pack', scoreFor('crash'), never));
    const waiting = dispatcher.score('pack', scoreFor('echo'), never);

    expect(await crashing).toBe('WORKER_FAILED');
    expect(await waiting).toMatchObject({ likelihood: { logProb: -2 } });
  });

  it('end when their client leaves, and make room', async () => {
    const dispatcher = await open();
    const gone = new AbortController();
    const held = codeOf(dispatcher.score('pack', scoreFor('mute'), gone.signal));
    const waiting = dispatcher.score('pack', scoreFor('echo'), never);

    expect(await codeOf(dispatcher.score('pack', scoreFor('echo'), never))).toBe('QUEUE_FULL');
    gone.abort();
    expect(await held).toBe('CANCELLED');
    expect(await waiting).toMatchObject({ likelihood: { logProb: -2 } });
  });

  it('may end while the dispatcher drains, and are ended after its grace', async () => {
    const dispatcher = await open();
    const ending = dispatcher.score('pack', scoreFor('echo'), never);
    const held = dispatcher.score('pack', scoreFor('mute'), never);
    const refused = expect(held).rejects.toMatchObject({
      code: 'SHUTTING_DOWN',
      retryAfterMs: 5000,
    });
    await dispatcher.drain(500);

    expect(await ending).toMatchObject({ likelihood: { logProb: -2 } });
    await refused;
    expect(await codeOf(dispatcher.score('pack', scoreFor('echo'), never))).toBe('SHUTTING_DOWN');
  });

  it('that have not ended are ended by the close', async () => {
    const dispatcher = await open();
    const held = codeOf(dispatcher.score('pack', scoreFor('mute'), never));
    await dispatcher.close();

    expect(await held).toBe('SHUTTING_DOWN');
  });
});
