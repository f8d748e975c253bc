/**
 * A run's tokens are those of its seed: alone, beside others, after others, with a cache or without.
 *
 * Each check throws when it does not hold.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FilledSlot } from '../../src/decoding/run-event.ts';
import { completedOutcome, engineOf, idsOf, outcomeOf, progressOf, requestOf } from './runs.ts';
import {
  modelsOf,
  observe,
  requestFor,
  type Subject,
  seeds,
  type Trial,
  tokenizer,
  tokenSource,
  trials,
} from './trial.ts';
import { uniform } from './uniform-decoder.ts';
import { withoutCache } from './watched-models.ts';

const openText = { ...tokenSource(new Array<null>(12).fill(null)), alternatives: 0, salt: 7 };

/** Same request, same tokens and log-probabilities, whatever ran before and runs beside it. */
export async function keepsToItsSeed(subject: Subject, numRuns: number): Promise<void> {
  const { plugin } = subject;
  const property = fc.asyncProperty(trials(plugin), async (trial) => {
    const { outcome } = await observe(subject, trial);
    assert.deepEqual(await slotsBesideOthers(subject, trial), outcome.slots);
  });
  await fc.assert(property, { numRuns });
}

/** What a trial fills in an engine that has aborted a run and decodes others, of other decoders too. */
async function slotsBesideOthers(subject: Subject, trial: Trial): Promise<readonly FilledSlot[]> {
  const { plugin, options } = subject;
  const decoder = { name: plugin.name, options };
  const engine = engineOf(plugin, {
    models: modelsOf(trial),
    tokenizer,
    others: [uniform],
    maxRunning: 4,
  });
  await runAborted(subject, engine);
  const beside = [
    requestOf(uniform, { source: { tokens: [null, 5, null, null] }, seed: trial.seed }),
    requestOf(plugin, { source: { tokens: [null, null, 9, null] }, decoder, seed: 2n }),
  ];
  const request = requestFor(subject, trial);
  const all = [...beside, request, ...beside].map((each) => progressOf(engine, each));
  const progress = (await Promise.all(all))[beside.length];
  return completedOutcome(progress ?? []).slots;
}

async function runAborted(subject: Subject, engine: ReturnType<typeof engineOf>): Promise<void> {
  const abort = new AbortController();
  const request = requestFor(subject, { ...openText, sampling: {}, seed: 9n });
  for await (const entry of engine.infill(request, { signal: abort.signal, submittedAt: 0 })) {
    if (entry.type !== 'started') abort.abort();
  }
}

/** Other seeds, other tokens; by chance alike in less than 1 of 10^9 cases. */
export async function followsItsSeed(subject: Subject): Promise<void> {
  const fills = await fillsOfSeeds(subject, 1);
  assert(new Set(fills).size > 1, 'Six seeds gave the same twelve tokens.');
}

/** Without randomness left, the seed has no effect; decoders without an exact likelihood may draw their order. */
export async function ignoresItsSeedWhenGreedy(subject: Subject): Promise<void> {
  const { plugin, options } = subject;
  const kind = plugin.likelihood(plugin.options.parse(options));
  if (kind === 'ELBO' || kind === 'NONE') return;
  const fills = await fillsOfSeeds(subject, 0);
  assert.equal(new Set(fills).size, 1);
}

async function fillsOfSeeds(subject: Subject, temperature: number): Promise<string[]> {
  const fills: string[] = [];
  for (const seed of [0n, 1n, 2n, 3n, 2n ** 32n, 2n ** 63n - 1n]) {
    const trial = { ...openText, sampling: { temperature }, seed };
    fills.push(JSON.stringify(idsOf((await observe(subject, trial)).outcome)));
  }
  return fills;
}

/** Reads every prefix from the start at each pass: same tokens, same log-probabilities. */
export async function needsNoCache(subject: Subject, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(trials(subject.plugin), async (trial) => {
    const { outcome } = await observe(subject, trial);
    const models = withoutCache(modelsOf(trial));
    const engine = engineOf(subject.plugin, { models, tokenizer });
    const uncached = await outcomeOf(engine, requestFor(subject, trial));
    assert.deepEqual(uncached.slots, outcome.slots);
    assert.deepEqual(uncached.usage, outcome.usage);
  });
  await fc.assert(property, { numRuns });
}

/** What is reported of the first step's positions is at temperature 1, whatever the sampling. */
export async function reportsTemperatureOne(subject: Subject, numRuns: number): Promise<void> {
  const salts = fc.nat({ max: 1000 });
  const property = fc.asyncProperty(salts, seeds, async (salt, seed) => {
    const base = { ...openText, salt, seed, alternatives: 20 };
    const reports = await Promise.all([
      firstReports(subject, { ...base, sampling: { temperature: 0 } }),
      firstReports(subject, { ...base, sampling: { temperature: 1.7 } }),
    ]);
    const [greedy, hot] = reports;
    for (const [position, alternatives] of greedy) {
      if (hot.has(position)) assert.deepEqual(hot.get(position), alternatives);
    }
    assert([...greedy.keys()].some((position) => hot.has(position)) || greedy.size === 0);
  });
  await fc.assert(property, { numRuns });
}

/** The alternatives of positions that the first committing step filled first: its path is the same for all draws. */
async function firstReports(subject: Subject, trial: Trial): Promise<Map<number, unknown>> {
  const { diary } = await observe(subject, trial);
  const results = diary.runs[0]?.results ?? [];
  const [first] = results.find(({ fills }) => fills.length > 0)?.fills ?? [];
  return new Map(first && [[first.position, first.alternatives]]);
}

/** Option sets that change the speed only give the same tokens, reports included. */
export async function agreeOnTokens(subjects: readonly Subject[], numRuns: number): Promise<void> {
  const [first, ...others] = subjects;
  if (first === undefined) return;
  const property = fc.asyncProperty(trials(first.plugin), async (trial) => {
    const tokens = async (subject: Subject) =>
      (await observe(subject, trial)).outcome.slots.map((slot) =>
        slot.tokens.map(({ step: _, ...token }) => token),
      );
    const expected = await tokens(first);
    for (const other of others) assert.deepEqual(await tokens(other), expected);
  });
  await fc.assert(property, { numRuns });
}
