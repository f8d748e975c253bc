import { describe, expect, it } from 'vitest';
import type { RunProgress } from '../../src/decoding/run-event.ts';
import { DecodingWorker, type OpenedPack } from '../../src/dispatch/decoding-worker.ts';
import type { FromWorker } from '../../src/dispatch/protocol.ts';
import { InfillError } from '../../src/errors.ts';
import { committed } from '../service/support/streams.ts';
import { requestFor, scoreFor } from '../support/scripted-dispatch.ts';
import { scriptedOutcome } from '../support/scripted-dispatcher.ts';

const openMessage = {
  type: 'open',
  folder: '/pack',
  device: 'cpu',
  threads: null,
  maxRunning: 1,
  maxBytes: 1,
  plugin: null,
} as const;
const served: OpenedPack['served'] = {
  id: 'pack',
  version: '1',
  digest: '',
  license: '',
  card: '',
  roles: [],
  vocabularySize: 1,
  contextLength: 1,
  maskToken: '<|mask|>',
  device: 'cpu',
  decoderNames: [],
};

function aborted(signal: AbortSignal): Promise<unknown> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', resolve));
}

/** An engine whose fills are `progress`; it waits for its abort where that leaves off without an end. */
function packOf(progress: readonly RunProgress[] | InfillError, closed: string[] = []): OpenedPack {
  return {
    served,
    engine: {
      prepare() {
        throw new InfillError('UNKNOWN_DECODER', 'No.', { problems: [] });
      },
      holdBatchWork: () => () => undefined,
      tokenize: (text) => ({ ids: [text.length], texts: [text] }),
      async *infill(_request, { signal }) {
        if (progress instanceof InfillError) throw progress;
        yield* progress;
        if (progress.at(-1)?.type !== 'started') return;
        await aborted(signal);
        // As long as a step: closing waits for it.
        await new Promise((resolve) => setImmediate(resolve));
        closed.push('run');
        yield { type: 'cancelled', outcome: null };
      },
      async score(_score, signal) {
        await aborted(signal);
        throw new InfillError('CANCELLED', 'Stopped.');
      },
    },
    async close() {
      closed.push('pack');
    },
  };
}

function workerOver(open: () => Promise<OpenedPack>, residentBytes = () => 0) {
  const sent: FromWorker[] = [];
  const defects: unknown[] = [];
  let wake: () => void = () => undefined;
  const worker = new DecodingWorker({
    now: () => 0,
    residentBytes,
    onDefect: (error) => void defects.push(error),
    open,
    send(message) {
      sent.push(message);
      wake();
    },
  });
  /** Waits until a message of that kind was sent. */
  const until = async (isIt: (message: FromWorker) => boolean) => {
    while (!sent.some(isIt)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { worker, sent, defects, until };
}

const fill = {
  type: 'fill',
  runId: 'run',
  request: requestFor('x'),
  priority: 'INTERACTIVE',
  waitedMs: 0,
} as const;
const isTerminal = (message: FromWorker) =>
  message.type === 'progress' &&
  ['completed', 'failed', 'cancelled'].includes(message.progress.type);

describe('DecodingWorker', () => {
  it('tells that it is ready, and pings back', async () => {
    const { worker, sent, until } = workerOver(async () => packOf([]));
    worker.receive(openMessage);
    worker.receive({ type: 'ping' });
    await until(({ type }) => type === 'ready');

    expect(sent).toEqual([{ type: 'pong' }, { type: 'ready', pack: served }]);
  });

  it('tells why it could not open its pack', async () => {
    const { worker, sent, until } = workerOver(async () => {
      throw new InfillError('DEVICE_UNAVAILABLE', 'No webgpu.');
    });
    worker.receive(openMessage);
    await until(({ type }) => type === 'unopened');

    const error = {
      code: 'DEVICE_UNAVAILABLE',
      message: 'No webgpu.',
      problems: [],
      retryAfterMs: null,
    };
    expect(sent).toEqual([{ type: 'unopened', error }]);
  });

  it('answers jobs that came before the pack was open', async () => {
    const { worker, sent, until } = workerOver(async () => packOf([]));
    worker.receive(openMessage);
    worker.receive({ type: 'ask', id: 3, ask: { type: 'tokenize', text: 'ab' } });
    worker.receive({ type: 'ask', id: 4, ask: { type: 'prepare', request: requestFor('x') } });
    await until((message) => message.type === 'answer' && message.id === 4);

    expect(sent).toContainEqual({
      type: 'answer',
      id: 3,
      answer: { type: 'tokenized', tokenized: { ids: [2], texts: ['ab'] } },
    });
    expect(sent).toContainEqual({
      type: 'answer',
      id: 4,
      answer: {
        type: 'refused',
        error: { code: 'UNKNOWN_DECODER', message: 'No.', problems: [], retryAfterMs: null },
      },
    });
  });

  it('ends a run that the engine refuses, or leaves without an end, as failed', async () => {
    const refusal = new InfillError('QUEUE_FULL', 'Full.');
    for (const [progress, code] of [
      [refusal, 'QUEUE_FULL'],
      [[], 'WORKER_FAILED'],
    ] as const) {
      const { worker, sent, until } = workerOver(async () => packOf(progress));
      worker.receive(openMessage);
      worker.receive(fill);
      await until(isTerminal);

      expect(sent.at(-1)).toMatchObject({
        progress: { type: 'failed', outcome: null, error: { code } },
      });
    }
  });

  it('tells how much memory it had at most at the steps of a run', async () => {
    const completed = { type: 'completed', outcome: scriptedOutcome } as const;
    const resident = [3, 9, 5];
    const { worker, sent, until } = workerOver(
      async () => packOf([{ type: 'started' }, committed, completed]),
      () => resident.shift() ?? 0,
    );
    worker.receive(openMessage);
    worker.receive(fill);
    await until(isTerminal);

    expect(sent.at(-1)).toMatchObject({ progress: { outcome: { peakBytes: 9 } } });
  });

  it('tells of a defect without what it says, which may be a text', async () => {
    const secret = new TypeError('a text nobody else may read');
    const { worker, sent, defects, until } = workerOver(async () => {
      throw secret;
    });
    worker.receive(openMessage);
    worker.receive({ type: 'ask', id: 1, ask: { type: 'tokenize', text: '' } });
    worker.receive(fill);
    await until(isTerminal);

    expect(defects).toEqual([secret, secret, secret]);
    expect(new Set(sent.map(({ type }) => type))).toEqual(
      new Set(['unopened', 'answer', 'progress']),
    );
    expect(JSON.stringify(sent)).toContain('has a defect (TypeError)');
    expect(JSON.stringify(sent)).not.toContain(secret.message);
  });

  it('keeps what a decoder threw to itself', async () => {
    const error = { code: 'DECODE_FAILED', message: 'Decoder "x" failed in step 0.' } as const;
    const cause = new Error('a text nobody else may read');
    const failed = { type: 'failed', outcome: null, error, cause } as const;
    const { worker, sent, defects, until } = workerOver(async () => packOf([failed]));
    worker.receive(openMessage);
    worker.receive(fill);
    await until(isTerminal);

    expect(sent.at(-1)).toEqual({
      type: 'progress',
      runId: 'run',
      progress: { type: 'failed', outcome: null, error },
    });
    expect(defects).toEqual([cause]);
  });

  it('cancels a run, and no other', async () => {
    const { worker, sent, until } = workerOver(async () => packOf([{ type: 'started' }]));
    worker.receive(openMessage);
    worker.receive(fill);
    worker.receive({ ...fill, runId: 'other' });
    await until((message) => message.type === 'progress' && message.runId === 'other');
    worker.receive({ type: 'cancel', runId: 'run' });
    await until(isTerminal);

    expect(sent.filter(isTerminal)).toMatchObject([
      { runId: 'run', progress: { type: 'cancelled' } },
    ]);
  });

  it('stops a score that is abandoned', async () => {
    const { worker, sent, until } = workerOver(async () => packOf([]));
    const ask = { type: 'score', score: scoreFor('x'), priority: 'BATCH' } as const;
    worker.receive(openMessage);
    worker.receive({ type: 'ask', id: 1, ask });
    await until(({ type }) => type === 'ready');
    worker.receive({ type: 'abandon', id: 1 });
    await until(({ type }) => type === 'answer');

    expect(sent.at(-1)).toMatchObject({
      answer: { type: 'refused', error: { code: 'CANCELLED' } },
    });
  });

  it('cancels what runs before it frees the pack, once', async () => {
    const closed: string[] = [];
    const { worker, until } = workerOver(async () => packOf([{ type: 'started' }], closed));
    worker.receive(openMessage);
    worker.receive(fill);
    await until(({ type }) => type === 'progress');
    await Promise.all([worker.close(), worker.close()]);

    expect(closed).toEqual(['run', 'pack']);
  });
});
