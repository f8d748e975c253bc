/**
 * How long interactive work waits beside batch work, over the messages of a real worker and with passes that hold its thread.
 */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Decoder, DecoderState, Run } from '../../src/decoding/decoder.ts';
import { InfillEngine } from '../../src/decoding/infill-engine.ts';
import type { InfillRequest } from '../../src/decoding/infill-request.ts';
import type { Priority } from '../../src/decoding/precedence.ts';
import { type AnyDecoderPlugin, createRegistry } from '../../src/decoding/registry.ts';
import type { RunProgress } from '../../src/decoding/run-event.ts';
import { DecodingWorker } from '../../src/dispatch/decoding-worker.ts';
import type { FromWorker, ToWorker } from '../../src/dispatch/protocol.ts';
import { isTerminal } from '../../src/dispatch/terminal.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { fakeModels } from '../support/fake-models.ts';
import { scriptedPack } from '../support/scripted-dispatcher.ts';

type Message = Exclude<ToWorker, { type: 'close' }>;
type State = DecoderState & { readonly name: string; readonly open: number[] };

/** Fills one position per step; each step is one pass, after which `afterPass` says what had been sent meanwhile. */
function diaryPlugin(diary: string[], afterPass: () => Message[], receive: (m: Message) => void) {
  const decoder: Decoder<unknown, State> = {
    begin: async ({ ids, seed }: Run<unknown>) => ({
      name: seed === 1n ? 'batch' : 'urgent',
      open: [...ids.keys()].filter((position) => ids[position] === null),
      passes: { causal: 0, masked: 0 },
    }),
    async step(states) {
      diary.push(...states.map(({ name }) => name));
      await setImmediate();
      // The thread reads what came during a pass once it is idle, after whatever the end of the pass sets going.
      for (const message of afterPass()) void setImmediate().then(() => receive(message));
      return states.map(({ open }) => {
        const position = open.shift() ?? 0;
        const fill = { position, tokenId: 70, logProb: -1, alternatives: [] };
        return { fills: [fill], reopened: [], done: open.length === 0 };
      });
    },
    end: () => undefined,
  };
  return {
    name: 'diary',
    title: 'Diary',
    description: 'Notes its steps.',
    roles: [],
    options: z.strictObject({}),
    capabilities: { streams: 'ANY_ORDER', features: [], sampling: ['temperature'] },
    likelihood: () => 'NONE',
    maxSteps: (openCount) => openCount,
    create: () => decoder,
  } satisfies AnyDecoderPlugin;
}

function requestOf(seed: bigint, mask: string): InfillRequest {
  return {
    ...{ source: { text: `A${mask}.` }, decoder: { name: 'diary', options: {} }, sampling: {} },
    ...{ seed, alternatives: 0, samples: 1, lengthSearch: 'CAL' },
  };
}

function fillOf(runId: string, request: InfillRequest, priority: Priority): Message {
  return { type: 'fill', runId, request, priority, waitedMs: 0 };
}

const urgent = requestOf(2n, '[MASK:2]');

/** How an interactive request goes on after its check, for which the server held batch work. */
type Sequel = 'run' | 'refusal';

/** Runs ten steps of batch work; an interactive request comes during the third. @returns the steps */
async function stepsBeside(sequel: Sequel): Promise<string[]> {
  const diary: string[] = [];
  const ended: RunProgress[] = [];
  const send = (message: FromWorker) => {
    if (message.type === 'answer') void goOn();
    if (message.type === 'progress' && isTerminal(message.progress.type)) {
      ended.push(message.progress);
    }
  };
  /** The server charges, admits and stores the run before it sends it, which may take longer than any step. */
  const goOn = async () => {
    for (let turn = 0; turn < 1000; turn++) await setImmediate();
    diary.push(sequel);
    if (sequel === 'run') worker.receive(fillOf('urgent', urgent, 'INTERACTIVE'));
    worker.receive({ type: 'letGo', id: 1 });
  };
  const check: Message = { type: 'ask', id: 1, ask: { type: 'prepare', request: urgent } };
  const plugin = diaryPlugin(
    diary,
    () => (diary.length === 3 ? [{ type: 'hold', id: 1 }, check] : []),
    (message) => worker.receive(message),
  );
  const engine = new InfillEngine({
    models: fakeModels({ vocabularySize: new ByteTokenizer([]).vocabularySize }),
    tokenizer: new ByteTokenizer([]),
    registry: createRegistry([plugin]),
    limits: { maxRunning: 4, maxWaiting: 4, maxBytes: 2 ** 30 },
    now: () => 0,
  });
  const opened = { served: scriptedPack, engine, close: async () => undefined };
  const worker = new DecodingWorker({
    now: () => 0,
    residentBytes: () => 7 * 2 ** 20,
    onDefect: () => undefined,
    open: async () => opened,
    send,
  });
  const open = { folder: '/pack', device: 'cpu', threads: null, maxRunning: 4 } as const;
  worker.receive({ type: 'open', ...open, maxBytes: 1, plugin: null });
  worker.receive(fillOf('batch', requestOf(1n, '[MASK:10]'), 'BATCH'));
  const runs = sequel === 'run' ? 2 : 1;
  while (ended.length < runs) await setImmediate();
  expect(ended.map(({ type }) => type)).toEqual(ended.map(() => 'completed'));
  return diary;
}

describe('an interactive request beside batch work', () => {
  it('waits for the step under way and for no other, however long it takes to store its run', async () => {
    const steps = await stepsBeside('run');
    const before = ['batch', 'batch', 'batch', 'run'];
    expect(steps.slice(0, 7)).toEqual([...before, 'urgent', 'urgent', 'batch']);
    expect(steps).toHaveLength(13);
  });

  it('holds batch work until it is refused, and no longer', async () => {
    const steps = await stepsBeside('refusal');
    expect(steps.slice(0, 5)).toEqual(['batch', 'batch', 'batch', 'refusal', 'batch']);
    expect(steps).toHaveLength(11);
  });
});
