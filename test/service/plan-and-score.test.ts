import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InfillError, problemsError } from '../../src/errors.ts';
import type { InfillInput, ScoreInput } from '../../src/service/service.ts';
import type { Store } from '../../src/store/open-store.ts';
import { openTestStore } from '../support/test-store.ts';
import { codeOf, input, never, setUp as setUpOver, viewer } from './support/set-up.ts';

const score: ScoreInput = {
  source: { text: 'The [MASK] sat.' },
  fill: { slots: ['cat'] },
  draws: 8,
};
const slot = { index: 0, key: null, minTokens: 1, maxTokens: 1, start: 1, ownsSpace: true };
const templateProblem = {
  path: ['source', 'text'],
  code: 'INVALID_TEMPLATE',
  message: 'Why.',
  value: null,
  limit: null,
} as const;

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 30_000);
afterAll(() => store.close());

const setUp = () => setUpOver(store);

describe('planInfill', () => {
  it('admits and stores nothing', async () => {
    const { service, dispatcher } = setUp();
    const before = await service.countInfills({}, viewer);
    const plan = await service.planInfill(input, viewer);
    expect(plan).toMatchObject({
      promptTokens: [1, null],
      openTokens: 1,
      likelihood: 'CHAIN_RULE',
    });
    expect(plan.pack.id).toBe('scripted');
    expect(plan.decoder.name).toBe('maria');
    expect(dispatcher.admitted).toEqual([]);
    expect(await service.countInfills({}, viewer)).toBe(before);
  });

  it('shows a seed only where one was given', async () => {
    const { service } = setUp();
    const names = async (given: InfillInput) =>
      (await service.planInfill(given, viewer)).settings.map(({ name }) => name);
    expect(await names(input)).toEqual(['decoder']);
    expect(await names({ ...input, seed: 7n })).toEqual(['decoder', 'seed']);
  });

  it('joins choices with the texts they were given as', async () => {
    const { service, dispatcher } = setUp();
    dispatcher.slots = [slot, { ...slot, index: 1 }].map((prepared, index) => ({
      ...prepared,
      choices: index === 0 ? [] : [[4], [5, 6]],
    }));
    const length = { tokens: 1 };
    const segments = [
      { slot: { length } },
      { text: ' sat ' },
      { slot: { length, choices: ['on', 'under'] } },
    ];
    const { slots } = await service.planInfill({ ...input, source: { segments } }, viewer);
    expect(slots.map(({ choices }) => choices)).toEqual([
      [],
      [
        { text: 'on', tokens: [4] },
        { text: 'under', tokens: [5, 6] },
      ],
    ]);
  });

  it('refuses what an infill would be refused for, all at once', async () => {
    const { service, dispatcher } = setUp();
    dispatcher.refusal = problemsError([templateProblem]);
    const labels = ['b\0'];
    const messages = await Promise.all(
      [
        service.planInfill({ ...input, labels }, viewer),
        service.submitInfill({ ...input, labels }, viewer),
      ].map((work) => work.then(String, ({ problems }: InfillError) => problems)),
    );
    expect(messages[0]).toMatchObject([{ path: ['source', 'text'] }, { path: ['labels', '0'] }]);
    expect(messages[1]).toEqual(messages[0]);
  });

  it('counts samples as cost', async () => {
    const { service, dispatcher } = setUp();
    dispatcher.openTokens = 26;
    expect((await service.planInfill({ ...input, samples: 3 }, viewer)).cost).toBe(78);
    await expect(service.planInfill({ ...input, samples: 4 }, viewer)).rejects.toThrow(
      'The request costs 104 (scripted); the limit is 100.',
    );
  });

  it('tells of a failure before what it found itself', async () => {
    const { service, dispatcher } = setUp();
    dispatcher.refusal = new InfillError('WORKER_FAILED', 'Gone.');
    expect(await codeOf(service.planInfill({ ...input, labels: ['b\0'] }, viewer))).toBe(
      'WORKER_FAILED',
    );
  });
});

describe('scoreInfill', () => {
  it('scores with the defaults of an infill and stores nothing', async () => {
    const { service, dispatcher } = setUp();
    const before = await service.countInfills({}, viewer);
    const scored = await service.scoreInfill(score, viewer, never);
    expect(scored).toMatchObject({
      likelihood: { kind: 'CHAIN_RULE', logProb: -2 },
      decoderName: 'maria',
      seed: 42n,
      pack: { id: 'scripted' },
    });
    expect(dispatcher.scores).toMatchObject([
      {
        fill: { slots: ['cat'] },
        draws: 8,
        request: { decoder: { name: 'maria' }, seed: 42n, samples: 1, sampling: {} },
      },
    ]);
    expect(await service.countInfills({}, viewer)).toBe(before);
  });

  it('counts the code points of the fill with the spaces it owns, where it is text', async () => {
    const { service, dispatcher } = setUp();
    dispatcher.slots = [{ ...slot, choices: [] }];
    const counts = [{ slots: ['c\u{1f408}t'] }, { tokens: [5] }].map(async (fill) => {
      return (await service.scoreInfill({ ...score, fill }, viewer, never)).characterCount;
    });
    expect(await Promise.all(counts)).toEqual([4, null]);
  });

  it('costs its draws where the kind is a bound, and only there', async () => {
    const { service, dispatcher } = setUp();
    dispatcher.openTokens = 13;
    await service.scoreInfill(score, viewer, never);
    dispatcher.likelihood = 'ELBO';
    await expect(service.scoreInfill(score, viewer, never)).rejects.toThrow(
      'The request costs 104 (scripted); the limit is 100.',
    );
    expect(dispatcher.scores).toHaveLength(1);
  });

  it('passes on who has left', async () => {
    const { service } = setUp();
    expect(await codeOf(service.scoreInfill(score, viewer, AbortSignal.abort()))).toBe('CANCELLED');
  });
});
