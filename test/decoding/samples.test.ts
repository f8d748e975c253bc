import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtInDecoders } from '../../src/decoders.ts';
import type { InfillRequest } from '../../src/decoding/infill-request.ts';
import type { AnyDecoderPlugin } from '../../src/decoding/registry.ts';
import type { Candidate, Outcome, RunProgress } from '../../src/decoding/run-event.ts';
import { sampleSeed } from '../../src/numerics/keyed-random.ts';
import {
  completedOutcome,
  engineOf,
  idsOf,
  outcomeOf,
  progressOf,
  requestOf,
} from '../conformance/runs.ts';
import { withEachPass } from '../conformance/watched-models.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { fakeModels } from '../support/fake-models.ts';

const { plugins } = builtInDecoders;
const tokenizer = new ByteTokenizer([' a', ' b']);
const models = fakeModels({ vocabularySize: tokenizer.vocabularySize });
const engine = (plugin: AnyDecoderPlugin) => engineOf(plugin, { tokenizer, models });

const templates = fc.constantFrom<string>(
  'x [MASK] y',
  '[MASK:2]',
  'x[MASK:1-3]',
  'x [MASK:1-4] y[MASK]z',
  '[MASK:1-2] or [MASK:2-3].',
  'none',
);
/** Few tokens to choose from, so that samples repeat. */
const samplings = fc.constantFrom<InfillRequest['sampling']>(
  {},
  { temperature: 1 },
  { temperature: 1, topK: 2 },
);
const requests = fc.record({
  plugin: fc.constantFrom(...plugins),
  text: templates,
  sampling: samplings,
  seed: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  samples: fc.integer({ min: 1, max: 5 }),
  lengthSearch: fc.constantFrom<InfillRequest['lengthSearch']>('CAL', 'DECODE_ALL'),
});
type Asked = typeof requests extends fc.Arbitrary<infer T> ? T : never;
const requestFor = ({ plugin, text, ...asked }: Asked) =>
  requestOf(plugin, { ...asked, source: { text } });

const allOf = (outcome: Outcome): Candidate[] => [
  { ...outcome, text: outcome.text ?? '' },
  ...outcome.others,
];
const idsOfCandidate = ({ slots }: Pick<Candidate, 'slots'>) =>
  slots.flatMap(({ tokens }) => tokens.map(({ id }) => id));

/** What entries of a run add up to. */
function folded(progress: readonly RunProgress[]) {
  const tokens = new Map<number, unknown>();
  const slots = new Map<number, string>();
  for (const entry of progress.filter((each) => 'tokens' in each)) {
    for (const position of 'reopened' in entry ? entry.reopened : []) tokens.delete(position);
    const known = entry.tokens.filter(({ position }) => tokens.has(position));
    if (entry.type === 'committed') expect(known).toEqual([]);
    for (const token of entry.tokens) tokens.set(token.position, token);
    for (const { index, text } of entry.slots) slots.set(index, text);
  }
  return { tokens: [...tokens].sort(([a], [b]) => a - b).map(([, token]) => token), slots };
}

describe('a run of several samples', () => {
  it('tells entries that add up to its outcome', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (asked) => {
        const progress = await progressOf(engine(asked.plugin), requestFor(asked));
        const { slots } = completedOutcome(progress);
        const fold = folded(progress);
        expect(fold.tokens).toEqual(slots.flatMap(({ tokens }) => tokens));
        expect(slots.map(({ index }) => fold.slots.get(index))).toEqual(
          slots.map(({ text }) => text),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('has as many candidates as it drew, none twice, ranked as it says', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (asked) => {
        const outcome = await outcomeOf(engine(asked.plugin), requestFor(asked));
        const candidates = allOf(outcome);
        expect(candidates.reduce((sum, { count }) => sum + count, 0)).toBe(asked.samples);
        const fills = candidates.map((candidate) => idsOfCandidate(candidate).join());
        expect(new Set(fills).size).toBe(fills.length);
        const logProbs = candidates.flatMap(({ likelihood }) => likelihood?.logProb ?? []);
        const isExact = logProbs.length === candidates.length;
        expect(outcome.candidateOrder).toBe(isExact ? 'LIKELIHOOD' : 'DRAWN');
        if (isExact) expect(logProbs).toEqual(logProbs.toSorted((a, b) => b - a));
      }),
      { numRuns: 40 },
    );
  });

  it('draws what single runs with its seeds draw, and counts the passes of all', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (asked) => {
        const together = await outcomeOf(engine(asked.plugin), requestFor(asked));
        const text = asked.text.replace(
          /\[MASK:1-3\]|\[MASK:1-4\]|\[MASK:1-2\]|\[MASK:2-3\]/g,
          '[MASK:2]',
        );
        const fixed = { ...asked, text, samples: 1 };
        const single = await outcomeOf(engine(asked.plugin), requestFor({ ...asked, text }));
        const alone: Outcome[] = [];
        for (let index = 0; index < asked.samples; index++) {
          const seed = index === 0 ? asked.seed : sampleSeed(asked.seed, index);
          alone.push(await outcomeOf(engine(asked.plugin), requestFor({ ...fixed, seed })));
        }
        expect(new Set(allOf(single).map((each) => idsOfCandidate(each).join()))).toEqual(
          new Set(alone.map((each) => idsOf(each).join())),
        );
        const sum = (key: 'causalPasses' | 'maskedPasses') =>
          alone.reduce((total, { usage }) => total + usage[key], 0);
        expect(single.usage.causalPasses).toBe(sum('causalPasses'));
        expect(single.usage.maskedPasses).toBe(sum('maskedPasses'));
        if (text === asked.text) expect(together).toEqual(single);
      }),
      { numRuns: 25 },
    );
  });

  it('gives the same beside other runs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(requests, { minLength: 2, maxLength: 4 }), async (askedOnes) => {
        const [{ plugin } = { plugin: plugins[0] }] = askedOnes;
        if (plugin === undefined) throw new Error('There is a decoder.');
        const others = plugins.filter((other) => other !== plugin);
        const shared = engineOf(plugin, { tokenizer, models, others, maxRunning: 3 });
        const among = await Promise.all(
          askedOnes.map((asked) => outcomeOf(shared, requestFor(asked))),
        );
        for (const [index, asked] of askedOnes.entries()) {
          expect(among[index]).toEqual(await outcomeOf(engine(asked.plugin), requestFor(asked)));
        }
      }),
      { numRuns: 8 },
    );
  });

  it('has as many positions as it says were settled, within the lengths asked', async () => {
    for (const lengthSearch of ['CAL', 'DECODE_ALL'] as const) {
      for (const plugin of plugins) {
        const source = { text: 'x [MASK:2-4] y[MASK:1-3]' };
        const { promptTokens, slots, usage } = await outcomeOf(
          engine(plugin),
          requestOf(plugin, { source, lengthSearch, samples: 2, sampling: { temperature: 1 } }),
        );
        const counts = slots.map(({ tokens }) => tokens.length);
        expect(counts[0]).toBeGreaterThanOrEqual(2);
        expect(counts[0]).toBeLessThanOrEqual(4);
        expect(counts[1]).toBeLessThanOrEqual(3);
        const openCount = promptTokens?.filter((id) => id === null).length;
        expect(usage).toMatchObject({ openTokens: openCount, committedTokens: openCount });
        expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(openCount);
      }
    }
  });
});

/** Aborts a run in its pass number `at`, and tells how it ended and how many passes came after. */
async function abortedIn(asked: Asked, at: number) {
  const abort = new AbortController();
  let passCount = 0;
  const watched = withEachPass(models, () => {
    passCount += 1;
    if (passCount === at) abort.abort();
  });
  const progress = await progressOf(
    engineOf(asked.plugin, { tokenizer, models: watched }),
    requestFor(asked),
    abort.signal,
  );
  return { progress, after: passCount - at };
}

function checkAborted(progress: readonly RunProgress[]): void {
  const last = progress.at(-1);
  if (last?.type !== 'cancelled') throw new Error(`It ended as ${last?.type}.`);
  const outcome = last.outcome;
  expect(folded(progress).tokens).toEqual(outcome?.slots.flatMap(({ tokens }) => tokens));
  expect(outcome).toMatchObject({ count: 0, others: [] });
  if (outcome?.promptTokens === null) {
    const slots = [{ text: '' }, { text: '' }];
    expect(outcome).toMatchObject({ text: null, segments: [], slots, usage: { openTokens: 4 } });
  }
}

describe('an aborted run', () => {
  it.each(
    plugins.flatMap((plugin) => [
      { plugin, lengthSearch: 'CAL' as const },
      { plugin, lengthSearch: 'DECODE_ALL' as const },
    ]),
  )('stops within a step of any pass: $plugin.name, $lengthSearch', async (change) => {
    const text = 'x[MASK:1-3] y[MASK]';
    const asked = { text, sampling: { temperature: 1 }, seed: 5n, samples: 3, ...change };
    let at = 1;
    for (; ; at++) {
      const { progress, after } = await abortedIn(asked, at);
      if (progress.at(-1)?.type === 'completed') break;
      // A step, or a turn between attempts, is at most two passes.
      expect(after).toBeLessThanOrEqual(1);
      checkAborted(progress);
    }
    expect(at).toBeGreaterThan(5);
  });
});
