/**
 * Runs that do not complete: aborted at any step, or failed by a pass that throws. They stop, and harm nobody.
 *
 * Each check throws when it does not hold.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { changesOf, endsOnce, streamedTokens } from './run-facts.ts';
import { completedOutcome, engineOf, progressOf, requestOf, tokensOf } from './runs.ts';
import {
  modelsOf,
  observe,
  requestFor,
  type Subject,
  type Trial,
  tokenizer,
  trials,
} from './trial.ts';
import { uniform } from './uniform-decoder.ts';
import { withEachPass } from './watched-models.ts';
import { watched } from './watched-plugin.ts';

/** How many steps, or passes, of one run are tried. */
const maxPlaces = 10;

/** An abort in any step, or before the first, ends the run before the second step after it, with what it had. */
export async function stopsWhenAborted(subject: Subject, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(trials(subject.plugin), async (trial) => {
    const { diary, progress } = await observe(subject, trial);
    const steps = diary.runs.reduce((sum, { stepCount }) => sum + stepCount, 0);
    for (const at of places(steps)) {
      const aborted = changesOf(await abortedProgress(subject, trial, at));
      assert.deepEqual(aborted, changesOf(progress).slice(0, aborted.length));
    }
  });
  await fc.assert(property, { numRuns });
}

/** 0 to `count`, or some of them. */
function places(count: number): number[] {
  const stride = Math.max(1, Math.ceil(count / maxPlaces));
  return Array.from({ length: count + 1 }, (_, at) => at).filter((at) => at % stride === 0);
}

async function abortedProgress(subject: Subject, trial: Trial, at: number) {
  const { plugin, diary } = watched(subject.plugin);
  const abort = new AbortController();
  let stepsAfter = 0;
  diary.onBegin = () => {
    if (at === 0) abort.abort();
  };
  diary.onStep = (stepCount) => {
    if (abort.signal.aborted) stepsAfter++;
    if (stepCount === at) abort.abort();
  };
  const engine = engineOf(plugin, { models: modelsOf(trial), tokenizer, maxRunning: 1 });
  const progress = await progressOf(engine, requestFor(subject, trial), abort.signal);
  assert(stepsAfter <= 1, `${stepsAfter} steps were made after an abort.`);
  endsOnce({ diary });
  const last = progress.at(-1);
  if (last?.type === 'completed') return progress;
  assert(last?.type === 'cancelled' && last.outcome !== null, 'An aborted run is cancelled.');
  assert.deepEqual(tokensOf(last.outcome), streamedTokens(progress));
  const isFilled = tokensOf(last.outcome).length === last.outcome.usage.openTokens;
  assert.equal(last.outcome.text !== null, isFilled, 'There is a text when all is filled.');
  // Its place is free again.
  completedOutcome(await progressOf(engine, requestFor(subject, trial)));
  return progress;
}

/** A model that throws in any pass fails the run, names the decoder, and leaves other runs alone. */
export async function failsAlone(subject: Subject, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(trials(subject.plugin), async (trial) => {
    const { passes } = await observe(subject, trial);
    for (const at of places(passes.causal + passes.masked).slice(1)) {
      await failAtPass(subject, trial, at);
    }
  });
  await fc.assert(property, { numRuns });
}

async function failAtPass(subject: Subject, trial: Trial, at: number): Promise<void> {
  const { plugin, diary } = watched(subject.plugin);
  let passCount = 0;
  const models = withEachPass(modelsOf(trial), () => {
    passCount++;
    if (passCount === at) throw new Error('This pass fails.');
  });
  const engine = engineOf(plugin, { models, tokenizer, others: [uniform] });
  const otherRequest = requestOf(uniform, { source: { tokens: [null, null, 8, null] } });
  const [progress, other] = await Promise.all([
    progressOf(engine, requestFor(subject, trial)),
    progressOf(engine, otherRequest),
  ]);
  const last = progress.at(-1);
  assert(last?.type === 'failed', `A run whose pass ${at} fails is "${last?.type}".`);
  assert.equal(last.error.code, 'DECODE_FAILED');
  assert(last.error.message.includes(`"${plugin.name}"`), 'The message names the decoder.');
  completedOutcome(other);
  endsOnce({ diary });
  // The engine and the decoder still work.
  completedOutcome(await progressOf(engine, requestFor(subject, trial)));
}
