/**
 * What holds of every single run that completes, whatever the decoder.
 *
 * Each fact is a function that throws when it does not hold.
 */
import assert from 'node:assert/strict';
import type { Fill, Run } from '../../src/decoding/decoder.ts';
import { openPositions } from '../../src/decoding/positions.ts';
import type {
  CommittedToken,
  FilledSegment,
  RunProgress,
  SlotUpdate,
  TokensChanged,
} from '../../src/decoding/run-event.ts';
import { specialIds } from './list-tokenizer.ts';
import { idsOf, tokensOf } from './runs.ts';
import { type Observation, ordinaryIds, tokenizer } from './trial.ts';
import type { WatchedRun } from './watched-plugin.ts';

/** Something that holds of a run. */
export type RunFact = (seen: Observation) => void | Promise<void>;

const never = new AbortController().signal;
/** Float32 rows of a few dozen tokens, summed in float64. */
const tolerance = 1e-9;

/** The facts by name. */
export const runFacts: Readonly<Record<string, RunFact>> = {
  'fills every open position and only those, with ordinary tokens': fillsOpenPositions,
  'returns known text as it came': returnsKnownText,
  'begins a slot that owns its space with a token that begins with one': keepsOwnedSpaces,
  'streams what it returns': streamsWhatItReturns,
  'commits or reopens in every step but the last, and keeps its step bound': keepsItsSteps,
  'ends every run that it began, once': endsOnce,
  'counts the passes that it makes': countsPasses,
  'makes no more passes with either model than it costs': keepsItsCost,
  'reports log-probabilities and alternatives of ordinary tokens, best first': reportsAlternatives,
  'scores its own fill as it reported it, or refuses': scoresItsFill,
};

function fillsOpenPositions({ outcome }: Observation): void {
  assert(outcome.promptTokens !== null, 'Lengths are settled.');
  const tokens = tokensOf(outcome);
  assert.deepEqual(
    tokens.map(({ position }) => position),
    openPositions(outcome.promptTokens),
  );
  for (const { id } of tokens) assert(ordinaryIds.includes(id), `Token ${id} is ordinary.`);
  assert.equal(outcome.usage.committedTokens, tokens.length);
}

function returnsKnownText({ trial, outcome }: Observation): void {
  const { source, literals } = trial;
  const { slots, segments, text, promptTokens } = outcome;
  if ('tokens' in source) assert.deepEqual(promptTokens, source.tokens);
  let slot = 0;
  const expected = literals.map((literal) => literal ?? slots[slot++]?.text);
  assert.equal(text, expected.join(''));
  assert.equal(slot, slots.length);
  const known = segments.filter((segment) => segment.slot === null);
  assert.equal(textOf(known), literals.join(''));
  assert.equal(textOf(segments), text);
  for (const { start, end, ...segment } of segments) {
    assert.equal(text?.slice(start, end), segment.text);
  }
}

function textOf(segments: readonly FilledSegment[]): string {
  return segments.map((segment) => segment.text).join('');
}

function keepsOwnedSpaces({ engine, request, outcome }: Observation): void {
  for (const { index, ownsSpace } of engine.prepare(request).slots) {
    const first = outcome.slots[index]?.tokens[0];
    if (!ownsSpace || first === undefined) continue;
    const bytes = tokenizer.bytesOf(first.id);
    assert(bytes[0] === 0x20 && bytes.length > 1, `Token ${first.id} begins with a space.`);
  }
}

function keepsItsCost({ engine, request, passes }: Observation): void {
  const { cost } = engine.prepare(request);
  assert(passes.causal <= cost, `${passes.causal} causal passes are within the cost of ${cost}.`);
  assert(passes.masked <= cost, `${passes.masked} masked passes are within the cost of ${cost}.`);
}

/** Tokens and slot texts are what events, applied one by one, come to. */
function streamsWhatItReturns({ progress, outcome }: Observation): void {
  assert.deepEqual(streamedTokens(progress), tokensOf(outcome));
  const texts = new Map<number, Pick<SlotUpdate, 'text' | 'complete'>>();
  for (const { slots } of changesOf(progress)) {
    for (const { index, text, complete } of slots) texts.set(index, { text, complete });
  }
  for (const { index, text } of outcome.slots) {
    assert.deepEqual(texts.get(index), { text, complete: true });
  }
}

/** What steps did, in order. */
export function changesOf(progress: readonly RunProgress[]): TokensChanged[] {
  return progress.filter((entry) => entry.type === 'committed' || entry.type === 'revised');
}

/** The tokens that events, applied one by one, leave, by position. */
export function streamedTokens(progress: readonly RunProgress[]): CommittedToken[] {
  const tokens = new Map<number, CommittedToken>();
  for (const change of changesOf(progress)) applyTokens(change, tokens);
  return [...tokens.values()].sort((a, b) => a.position - b.position);
}

function applyTokens(change: TokensChanged, tokens: Map<number, CommittedToken>): void {
  if (change.type === 'revised') for (const position of change.reopened) tokens.delete(position);
  for (const token of change.tokens) {
    const isNew = !tokens.has(token.position);
    assert(isNew || change.type === 'revised', 'Only a revision changes a committed token.');
    tokens.set(token.position, token);
  }
}

/** The most of these positions that are of one slot with choices. */
function mostOfOneGroup(open: readonly number[], { rules }: Run<unknown>): number {
  const counts = new Map<number, number>();
  for (const position of open) {
    const group = rules.groupOf(position);
    if (group !== null) counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return Math.max(1, ...counts.values());
}

function keepsItsSteps({ subject, diary }: Observation): void {
  for (const { run, results, stepCount, lateStepCount } of diary.runs) {
    const open = openPositions(run.ids);
    const bound = subject.plugin.maxSteps(open.length, run.options, mostOfOneGroup(open, run));
    assert(stepCount <= bound, `${stepCount} steps were made; the bound is ${bound}.`);
    assert.equal(lateStepCount, 0, 'No step is asked of a run that is done.');
    const idle = results.filter(
      ({ fills, reopened, done }) => fills.length + reopened.length === 0 && !done,
    );
    assert.equal(idle.length, 0, 'Each step commits, reopens or is done.');
  }
}

/** Throws unless every run that began ended once. */
export function endsOnce({ diary }: Pick<Observation, 'diary'>): void {
  for (const { endCount } of diary.runs) assert.equal(endCount, 1, 'A run ends once.');
}

function countsPasses({ outcome, passes }: Observation): void {
  const { causalPasses, maskedPasses } = outcome.usage;
  assert.deepEqual({ causal: causalPasses, masked: maskedPasses }, passes);
}

function reportsAlternatives({ diary }: Observation): void {
  for (const page of diary.runs) {
    for (const fill of fillsOf(page)) checkFill(fill, page.run.alternatives);
  }
}

function fillsOf({ results }: WatchedRun): readonly Fill[] {
  return results.flatMap(({ fills }) => fills);
}

function checkFill({ tokenId, logProb, alternatives }: Fill, asked: number): void {
  assert(logProb <= 0 && Number.isFinite(logProb), `A log-probability is ${logProb}.`);
  assert(alternatives.length <= asked, 'No more alternatives than asked.');
  const logProbs = alternatives.map((alternative) => alternative.logProb);
  assert.deepEqual(
    logProbs,
    logProbs.toSorted((a, b) => b - a),
    'Alternatives come best first.',
  );
  for (const alternative of alternatives) {
    assert(!specialIds.includes(alternative.tokenId), 'No alternative is special.');
    if (alternative.tokenId === tokenId) assert.equal(alternative.logProb, logProb);
  }
  if (asked < ordinaryIds.length) return;
  // Every token that may stand there is listed, so that the list is the distribution.
  const total = logProbs.reduce((sum, each) => sum + Math.exp(each), 0);
  assert(Math.abs(total - 1) < 1e-6, `The alternatives' probabilities sum to ${total}.`);
  assert(alternatives.some((alternative) => alternative.tokenId === tokenId));
}

async function scoresItsFill({ subject, engine, request, outcome }: Observation): Promise<void> {
  const { plugin, options } = subject;
  const kind = plugin.likelihood(plugin.options.parse(options));
  const fill = { tokens: idsOf(outcome) };
  if (kind === 'NONE') {
    assert.equal(outcome.likelihood, null);
    await assert.rejects(engine.score({ request, fill, draws: 1 }, never), {
      code: 'UNSUPPORTED',
    });
    return;
  }
  const score = await engine.score({ request, fill, draws: 8 }, never);
  assert.equal(score.likelihood.kind, kind);
  assert(score.likelihood.logProb <= 0, 'A fill has a probability of at most 1.');
  assert.deepEqual(await engine.score({ request, fill, draws: 8 }, never), score);
  if (kind === 'ELBO') {
    assert.equal(outcome.likelihood, null);
    assert(score.standardError !== null && score.standardError >= 0);
    return;
  }
  assert.equal(score.standardError, null);
  assert.equal(outcome.likelihood?.kind, kind);
  const terms = score.tokens.map(({ logProb }) => logProb ?? Number.NaN);
  assertClose(sumOf(terms), score.likelihood.logProb);
  assertClose(
    sumOf(tokensOf(outcome).map(({ logProb }) => logProb ?? Number.NaN)),
    outcome.likelihood.logProb,
  );
  // A given fill is scored without the rule of the owned space.
  if (engine.prepare(request).slots.some(({ ownsSpace }) => ownsSpace)) return;
  assertClose(score.likelihood.logProb, outcome.likelihood.logProb);
}

function sumOf(terms: readonly number[]): number {
  return terms.reduce((sum, term) => sum + term, 0);
}

function assertClose(actual: number, expected: number): void {
  assert(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}.`);
}
