import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtInDecoders } from '../src/decoders.ts';
import type { InfillRequest } from '../src/decoding/infill-request.ts';
import type { RunProgress } from '../src/decoding/run-event.ts';
import { type RunEntry, RunLog } from '../src/dispatch/run-log.ts';
import {
  applyInfillEvent,
  type InfillState,
  type InfillStreamItem,
  infillEventFields,
  initialInfillState,
} from '../src/events.ts';
import { completedOutcome, engineOf, progressOf, requestOf } from './conformance/runs.ts';
import { ByteTokenizer } from './support/byte-tokenizer.ts';
import { createApi, items } from './support/run-operation.ts';

const tokenizer = new ByteTokenizer([' a', ' b', '😀']);
const never = new AbortController().signal;

/** Every built-in decoder, with options that commit one token per step, several, or take some back. */
const decoders: readonly InfillRequest['decoder'][] = [
  ...builtInDecoders.plugins.map(({ name }) => ({ name, options: {} })),
  { name: 'maria', options: { draftWindow: 4 } },
  { name: 'masked-lm', options: { k: 3, order: 'random' } },
  { name: 'masked-lm', options: { k: 2, revise: 'edit', editThreshold: 0.5 } },
  { name: 'diffusion', options: { steps: 8, revise: 'remdm', schedule: 'conf' } },
];

const requests = fc.record({
  decoder: fc.constantFrom(...decoders),
  text: fc.constantFrom('x [MASK:5] y', '[MASK:2] and [MASK] and[MASK:3]', 'x[MASK:1-4] y[MASK]z'),
  temperature: fc.constantFrom(0, 1),
  seed: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  samples: fc.integer({ min: 1, max: 4 }),
  lengthSearch: fc.constantFrom<InfillRequest['lengthSearch']>('CAL', 'DECODE_ALL'),
});
type Asked = typeof requests extends fc.Arbitrary<infer T> ? T : never;

function progressOfRun({ text, temperature, ...asked }: Asked): Promise<RunProgress[]> {
  const plugin = builtInDecoders.find(asked.decoder.name);
  const change = { ...asked, source: { text }, sampling: { temperature } };
  return progressOf(engineOf(plugin, { tokenizer }), requestOf(plugin, change));
}

const typeNames = {
  queued: 'InfillQueued',
  started: 'InfillStarted',
  committed: 'InfillTokensCommitted',
  revised: 'InfillTokensRevised',
  lagged: 'InfillLagged',
  completed: 'InfillCompleted',
  cancelled: 'InfillCancelled',
  failed: 'InfillFailed',
} as const;

type Told = { readonly type: keyof typeof typeNames; readonly seq: number };

/** An entry of a run's log as the API tells it. */
function itemOf({ type, ...rest }: Told, text: string | null): InfillStreamItem {
  const event = { ...rest, __typename: typeNames[type], infillId: 'i', infill: { text } };
  return event as InfillStreamItem;
}

const entriesOf = (progress: readonly RunProgress[]): RunEntry[] => [
  { type: 'queued', position: 0 },
  ...progress.map((entry) => ('outcome' in entry ? ({ type: 'completed' } as const) : entry)),
];

function itemsOf(progress: readonly RunProgress[]): InfillStreamItem[] {
  const { text } = completedOutcome(progress);
  return entriesOf(progress).map((entry, seq) => itemOf({ ...entry, seq }, text));
}

/** Folds; no state may be changed afterwards, and each is JSON. */
function stateAfter(
  stream: readonly InfillStreamItem[],
  from: InfillState = initialInfillState,
): InfillState {
  return stream.reduce((state, item) => {
    const next = applyInfillEvent(frozen(state), frozen(item));
    expect(JSON.parse(JSON.stringify(next))).toEqual(next);
    return next;
  }, from);
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) frozen(inner);
    Object.freeze(value);
  }
  return value;
}

describe('the events of a run', () => {
  it('add up to its outcome', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(requests, async (asked) => {
        const progress = await progressOfRun(asked);
        for (const { type } of progress) seen.add(type);
        const { text, slots } = completedOutcome(progress);
        expect(stateAfter(itemsOf(progress))).toEqual({
          infillId: 'i',
          seq: progress.length,
          status: 'COMPLETED',
          slots: slots.map(({ index, key, text }) => ({ index, key, text, complete: true })),
          text,
          error: null,
          cancelReason: null,
          refusal: null,
        });
      }),
    );
    expect(seen).toContain('revised');
  });

  it('add up to the same when a stream is resumed, with or without some of what was seen', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (asked) => {
        const stream = itemsOf(await progressOfRun(asked));
        for (let seen = 0; seen <= stream.length; seen++) expectResumable(stream, seen);
      }),
      { numRuns: 30 },
    );
  });

  it('add up to the same for a reader who is too slow for all of them', async () => {
    const seen = new Set<string>();
    // Whether the reader reads, entry by entry.
    const paces = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(requests, paces, async (asked, pace) => {
        const progress = await progressOfRun(asked);
        const heard = await itemsAtPace(progress, pace);
        for (const item of heard) if ('seq' in item) seen.add(item.__typename);
        expect(stateAfter(heard)).toEqual(stateAfter(itemsOf(progress)));
      }),
    );
    expect(seen).toContain('InfillLagged');
  });
});

/** Whatever the first event of the resumed stream is, up to the first that was not seen. */
function expectResumable(stream: readonly InfillStreamItem[], seen: number): void {
  const left = stateAfter(stream.slice(0, seen));
  expect(left.seq).toBe(seen === 0 ? null : seen - 1);
  for (let from = 0; from <= seen; from++) {
    expect(stateAfter(stream.slice(from, seen), left)).toBe(left);
    expect(stateAfter(stream.slice(from), left)).toEqual(stateAfter(stream));
  }
}

/** What a reader gets who may be one entry behind. */
async function itemsAtPace(
  progress: readonly RunProgress[],
  pace: readonly boolean[],
): Promise<InfillStreamItem[]> {
  const { text } = completedOutcome(progress);
  const log = new RunLog({ now: () => 0, maxLag: 1 });
  log.open('r');
  const reader = log.tail('r', null, never);
  // Only who was up to date once can fall behind.
  const first = reader.next();
  const told: (Told | undefined)[] = [];
  for (const [index, entry] of entriesOf(progress).entries()) {
    const { seq } = log.append('r', entry);
    if (index === 0) told.push((await first).value);
    else if (pace[index % pace.length] === true && told.at(-1)?.seq !== seq) {
      told.push((await reader.next()).value);
    }
  }
  for await (const entry of reader) told.push(entry);
  return told.flatMap((entry) => (entry === undefined ? [] : [itemOf(entry, text)]));
}

const slot = (text: string, complete = false) => ({ index: 0, key: null, text, complete });
const event = <Name extends string>(__typename: Name, seq: number, infillId = 'i') =>
  ({ __typename, infillId, seq }) as const;
const committed = (seq: number, ...slots: readonly ReturnType<typeof slot>[]) =>
  ({ ...event('InfillTokensCommitted', seq), slots }) as const;
const cancelledAt = (seq: number) =>
  ({ ...event('InfillCancelled', seq), reason: 'DEADLINE' }) as const;

const running = stateAfter([
  event('InfillQueued', 0),
  event('InfillStarted', 1),
  committed(2, slot('a b', true)),
]);

describe('the state of an infill', () => {
  it('says what it waits for', () => {
    const queued = stateAfter([event('InfillQueued', 0)]);
    expect(queued).toEqual({ ...initialInfillState, infillId: 'i', seq: 0, status: 'QUEUED' });
    expect(stateAfter([event('InfillStarted', 1)], queued).status).toBe('RUNNING');
  });

  it('opens a slot again whose tokens are taken back', () => {
    const revised = { ...event('InfillTokensRevised', 3), slots: [slot('a [MASK]')] } as const;
    expect(stateAfter([revised], running).slots).toEqual([slot('a [MASK]')]);
  });

  it('keeps slots by index, whatever changed first, and nothing of them that it has no name for', () => {
    const second = { ...slot('b'), index: 1, extra: true };
    const { slots } = stateAfter([committed(0, second), committed(1, slot('a'))]);
    expect(slots).toEqual([slot('a'), { ...slot('b'), index: 1 }]);
  });

  it('has the slots of a snapshot in place of all before it, unless it knows newer ones', () => {
    const lagged = (seq: number) =>
      ({ ...event('InfillLagged', seq), slots: [slot('late')] }) as const;
    const before = stateAfter([committed(3, { ...slot('b'), index: 1 })], running);
    expect(stateAfter([lagged(9)], before)).toEqual({ ...before, seq: 9, slots: [slot('late')] });
    expect(stateAfter([lagged(2)], running)).toBe(running);
  });

  it('keeps what was filled when an infill fails or is cancelled', () => {
    const error = { code: 'DECODE_FAILED', message: 'It failed.' } as const;
    const failed = stateAfter([{ ...event('InfillFailed', 3), error }], running);
    expect(failed).toEqual({ ...running, seq: 3, status: 'FAILED', error });
    const cancelled = stateAfter([cancelledAt(3)], running);
    const why = { status: 'CANCELLED', cancelReason: 'DEADLINE' };
    expect(cancelled).toEqual({ ...running, seq: 3, ...why });
  });

  it('takes in the end that a server tells which has lost the events before it', () => {
    const error = { code: 'INTERRUPTED', message: 'It ended.' } as const;
    const failed = stateAfter([{ ...event('InfillFailed', 1), error }], running);
    expect(failed).toEqual({ ...running, status: 'FAILED', error });
  });

  it('stays as it is after the end', () => {
    const ended = stateAfter([cancelledAt(3)], running);
    expect(stateAfter([committed(4, slot('c')), cancelledAt(3)], ended)).toBe(ended);
  });

  it('has an expected error until the next event, even one that is known', () => {
    const refusal = { code: 'QUEUE_FULL', message: 'Full.', retryAfterMs: 50 } as const;
    const item = { __typename: 'QueueFullError', ...refusal };
    expect(stateAfter([item])).toEqual({
      ...initialInfillState,
      refusal: { ...refusal, problems: [] },
    });
    const refused = stateAfter([item], running);
    expect(refused).toEqual({ ...running, refusal: { ...refusal, problems: [] } });
    expect(stateAfter([event('InfillStarted', 1)], refused)).toEqual(running);
    expect(stateAfter([committed(3, slot('c'))], refused).refusal).toBeNull();
  });

  it('begins anew with an event of another infill', () => {
    expect(stateAfter([event('InfillQueued', 0, 'j')], running)).toEqual({
      ...initialInfillState,
      infillId: 'j',
      seq: 0,
      status: 'QUEUED',
    });
  });

  it('moves on at an event that it does not know', () => {
    const unknown = event('InfillPaused', 3) as unknown as InfillStreamItem;
    expect(stateAfter([unknown], running)).toEqual({ ...running, seq: 3 });
  });
});

describe('the fragment', () => {
  const asked = (text: string) =>
    `subscription { infill(input: { source: { text: "${text}" } }) { ...InfillEventFields } } ${infillEventFields}`;

  it('selects what the state needs', async () => {
    expect(stateAfter(await items(createApi(), asked('a [MASK]')))).toEqual({
      ...initialInfillState,
      infillId: expect.any(String),
      seq: 3,
      status: 'COMPLETED',
      slots: [slot('x', true)],
      text: 'filled',
    });
  });

  it('selects what an expected error says', async () => {
    const { refusal, ...state } = stateAfter(await items(createApi(), asked('no mask')));
    expect({ ...state, refusal: null }).toEqual(initialInfillState);
    expect(refusal).toMatchObject({ code: 'INVALID_TEMPLATE', retryAfterMs: null });
    expect(refusal?.problems.map(({ path }) => path)).toEqual([
      ['source', 'text'],
      ['alternatives'],
    ]);
  });
});

it('the module needs nothing at run time', () => {
  const source = readFileSync(join(import.meta.dirname, '../src/events.ts'), 'utf8');
  expect(source).not.toMatch(/^(?:import|export) (?!type )[^;]*from/m);
});
