/**
 * What a request can ask besides lengths and seeds: choices, banned tokens, unknown lengths, several samples.
 *
 * Each check throws when it does not hold.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type {
  InfillRequest,
  SegmentRequest,
  SlotRequest,
} from '../../src/decoding/infill-request.ts';
import type { Outcome } from '../../src/decoding/run-event.ts';
import { InfillError } from '../../src/errors.ts';
import { runFacts } from './run-facts.ts';
import { engineOf, idsOf, tokensOf } from './runs.ts';
import {
  modelsOf,
  type Observation,
  observe,
  type Subject,
  type Trial,
  tokenizer,
  trials,
} from './trial.ts';

type Asked = {
  readonly trial: Trial;
  readonly change: Pick<InfillRequest, 'samples' | 'lengthSearch'>;
};

/** Texts of one, two and three tokens, also where a space comes before them. */
const words = [
  ['a', 'b', 'é', 'ab'],
  ['aa', 'ba', 'bb', 'aab', 'éa', 'bé'],
  ['aaa', 'bbb', 'éaé', 'ébb', 'aaab'],
];
const lengths = fc.oneof(
  fc.integer({ min: 1, max: 3 }).map((tokens) => ({ tokens })),
  fc.tuple(fc.integer({ min: 1, max: 2 }), fc.nat({ max: 2 })).map(([min, more]) => ({
    between: { min, max: Math.min(3, min + more) },
  })),
);
const slots: fc.Arbitrary<SlotRequest> = lengths.chain((length) => {
  const { min, max } = boundsOf(length);
  return fc.record(
    {
      length: fc.constant(length),
      choices: fc.uniqueArray(fc.constantFrom(...words.slice(min - 1, max).flat()), {
        minLength: 1,
        maxLength: 4,
      }),
      banned: fc.uniqueArray(fc.constantFrom('a', 'b', 'ab', 'é', '\n'), { maxLength: 2 }),
      key: fc.constantFrom('x', 'y', 'z', 'w'),
    },
    { requiredKeys: ['length'] },
  );
});
const literals = fc.constantFrom('a', 'b ', ' ', '\né', 'ab a ');
const segmentLists: fc.Arbitrary<readonly SegmentRequest[]> = fc
  .tuple(literals, slots, fc.array(fc.oneof(literals, slots), { maxLength: 3 }))
  .map(([first, slot, rest]) =>
    [first, slot, ...rest].map((part) =>
      typeof part === 'string' ? { text: part } : { slot: part },
    ),
  );

function boundsOf(length: SlotRequest['length']): { min: number; max: number } {
  return 'tokens' in length ? { min: length.tokens, max: length.tokens } : length.between;
}

function askedOf({ plugin }: Subject): fc.Arbitrary<Asked> {
  const sources = segmentLists.map((segments) => ({
    source: { segments },
    literals: segments.map((segment) => ('text' in segment ? segment.text : null)),
  }));
  return fc.record({
    // Where nothing is random all samples are alike.
    trial: trials(plugin, sources).map((trial) => ({
      ...trial,
      sampling: { temperature: 1, ...trial.sampling },
    })),
    change: fc.record({
      samples: fc.integer({ min: 1, max: 4 }),
      lengthSearch: fc.constantFrom('CAL' as const, 'DECODE_ALL' as const),
    }),
  });
}

/** Everything that holds of a run still does; choices, bans and ranges are kept, in every candidate. */
export async function keepsConstraints(subject: Subject, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(askedOf(subject), async ({ trial, change }) => {
    fc.pre(isAcceptable(subject, trial, change));
    const seen = await observedOrRefused(subject, trial, change);
    if (seen === null) return;
    for (const [name, fact] of Object.entries(runFacts)) {
      // A score is of one way to cut the text; here lengths and choices decide which.
      if (!name.startsWith('scores')) await fact(seen);
    }
    for (const candidate of [seen.outcome, ...seen.outcome.others]) {
      checkSlots(slotRequestsOf(trial), candidate);
    }
    checkRanking(seen, change.samples);
  });
  await fc.assert(property, { numRuns });
}

/** The same request gives the same candidates; its first sample is what one sample alone would be. */
export async function keysItsSamples(subject: Subject, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(trials(subject.plugin), async (trial) => {
    const alone = await observe(subject, trial);
    const change = { samples: 5 };
    const { outcome } = await observe(subject, trial, change);
    const again = await observe(subject, trial, change);
    assert.deepEqual(again.outcome, outcome);
    const fills = [outcome, ...outcome.others].map((each) => idsOf(each as Outcome).join());
    assert(
      fills.includes(idsOf(alone.outcome).join()),
      'The first sample is among the candidates.',
    );
    assert.equal(new Set(fills).size, fills.length, 'Candidates differ.');
  });
  await fc.assert(property, { numRuns });
}

function isAcceptable(
  { plugin, options }: Subject,
  trial: Trial,
  change: Asked['change'],
): boolean {
  const engine = engineOf(plugin, { models: modelsOf(trial), tokenizer });
  const decoder = { name: plugin.name, options };
  const { source, sampling, seed, alternatives } = trial;
  try {
    engine.prepare({ source, decoder, sampling, seed, alternatives, ...change });
    return true;
  } catch (error) {
    // Such as a choice with more tokens than its slot, or a banned one.
    if (error instanceof InfillError && error.family !== 'internal') return false;
    throw error;
  }
}

/** Null where the decoder cannot keep the constraints and says so. */
async function observedOrRefused(
  subject: Subject,
  trial: Trial,
  change: Asked['change'],
): Promise<Observation | null> {
  return observe(subject, trial, change).catch((error: unknown) => {
    if (error instanceof InfillError && error.code === 'UNSUPPORTED') return null;
    throw error;
  });
}

function slotRequestsOf({ source }: Trial): SlotRequest[] {
  if (!('segments' in source)) return [];
  return source.segments.flatMap((segment) => ('slot' in segment ? [segment.slot] : []));
}

function checkSlots(
  asked: readonly SlotRequest[],
  { slots: filled }: Pick<Outcome, 'slots'>,
): void {
  for (const [index, { length, choices, banned = [], key }] of asked.entries()) {
    const slot = filled[index];
    assert(slot !== undefined, 'Every slot is filled.');
    const { min, max } = boundsOf(length);
    const count = slot.tokens.length;
    assert(count >= min && count <= max, `A slot of ${min} to ${max} tokens has ${count}.`);
    assert.equal(slot.key, key ?? null);
    assert(choices?.includes(slot.text) ?? true, `"${slot.text}" is a choice.`);
    for (const { text } of slot.tokens) {
      const isBanned = banned.some((ban) => text === ban || text === ` ${ban}`);
      assert(!isBanned, `"${text}" is banned.`);
    }
  }
}

/** Counts sum to the samples; likelihoods, where they rank, descend; the first sample's is the path's sum. */
function checkRanking({ outcome }: Observation, samples: number): void {
  const all = [outcome, ...outcome.others];
  assert.equal(
    all.reduce((sum, { count }) => sum + count, 0),
    samples,
  );
  if (outcome.candidateOrder === 'DRAWN') return;
  const logProbs = all.map(({ likelihood }) => likelihood?.logProb ?? Number.NaN);
  assert.deepEqual(
    logProbs,
    logProbs.toSorted((a, b) => b - a),
  );
  const sum = tokensOf(outcome).reduce((total, { logProb }) => total + (logProb ?? Number.NaN), 0);
  assert(Math.abs(sum - (logProbs[0] ?? Number.NaN)) < 1e-9, 'The likelihood is the path’s sum.');
}
