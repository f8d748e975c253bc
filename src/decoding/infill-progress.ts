/**
 * One run from what the engine tells of it to what its client is told: progress in text, and in the end the outcome.
 *
 * Knows attempts in text and clocks handed to it; knows no model.
 */
import type { Prompt, PromptShape } from '../text/prompt.ts';
import { AttemptTexts, type Ranking, type TextSettings } from './attempt-texts.ts';
import type { PassCounts } from './decoder.ts';
import type { EngineEvent, StopReason } from './engine.ts';
import { knownIds } from './positions.ts';
import type { Outcome, RunProgress, Timing, TokensChanged, Usage } from './run-event.ts';
import type { RunText } from './run-text.ts';
import { extremeLengths, hasUnknownLengths, mostOpenTokens } from './unknown-lengths.ts';

/** What a run's text is made with. */
export type ProgressSettings = TextSettings & {
  readonly shape: PromptShape;
  /** Milliseconds, on the clock of the events. */
  readonly submittedAt: number;
};

/** Milliseconds on one clock; null until it happened. */
type RunTimes = {
  readonly submittedAt: number;
  readonly startedAt: number | null;
  readonly firstTokenAt: number | null;
  readonly finishedAt: number;
};

type Finish = Extract<EngineEvent, { type: 'finished' }>;

/** Tells a run in text; ends with exactly one terminal entry. */
export async function* infillProgress(
  events: AsyncIterable<EngineEvent>,
  settings: ProgressSettings,
): AsyncGenerator<RunProgress> {
  const texts = new AttemptTexts(settledPrompt(settings.shape), settings);
  let startedAt: number | null = null;
  let firstTokenAt: number | null = null;
  for await (const event of events) {
    if (event.type === 'started') {
      startedAt = event.at;
      yield { type: 'started' };
    } else if (event.type === 'finished') {
      yield* ending(event, texts, settings, { startedAt, firstTokenAt });
    } else {
      const changed = changeOf(event, texts);
      if (changed === null) continue;
      if (changed.tokens.length > 0) firstTokenAt ??= event.at;
      yield changed;
    }
  }
}

/** The prompt, if there is only one it can be. */
function settledPrompt(shape: PromptShape): Prompt | null {
  return hasUnknownLengths(shape) ? null : shape.withLengths(extremeLengths(shape, 'least'));
}

function changeOf(
  event: Extract<EngineEvent, { type: 'attempt' | 'chosen' | 'stepped' }>,
  texts: AttemptTexts,
): TokensChanged | null {
  switch (event.type) {
    case 'attempt':
      texts.begin(event.attempt);
      return null;
    case 'chosen':
      return texts.choose(event.attempt);
    case 'stepped':
      return texts.apply(event.step, event);
    default:
      return event satisfies never;
  }
}

function* ending(
  { stop, passes, at: finishedAt }: Finish,
  texts: AttemptTexts,
  settings: ProgressSettings,
  begun: Pick<RunTimes, 'startedAt' | 'firstTokenAt'>,
): Generator<RunProgress> {
  const times = { submittedAt: settings.submittedAt, ...begun, finishedAt };
  const ranking = stop === 'filled' ? texts.rank() : null;
  if (ranking !== null && ranking.change !== null) yield ranking.change;
  const outcome = outcomeOf(texts.shown, ranking, settings, { passes, times });
  yield terminal(stop, outcome);
}

function terminal(stop: StopReason, outcome: Outcome): RunProgress {
  if (stop === 'cancelled') return { type: 'cancelled', outcome };
  if (stop === 'filled') return { type: 'completed', outcome };
  const { code, message, cause } = stop;
  return { type: 'failed', outcome, error: { code, message }, cause };
}

/** @param ranking - null unless the run was filled. */
function outcomeOf(
  shown: RunText | null,
  ranking: Ranking | null,
  { shape, kind }: ProgressSettings,
  { passes, times }: { readonly passes: PassCounts; readonly times: RunTimes },
): Outcome {
  const filling = shown?.filling(kind) ?? unsettled(shape);
  const committedTokens = shown?.tokens.length ?? 0;
  return {
    promptTokens: shown?.prompt.ids ?? null,
    ...filling,
    count: ranking?.count ?? 0,
    others: ranking?.others ?? [],
    candidateOrder: ranking?.order ?? (filling.likelihood === null ? 'DRAWN' : 'LIKELIHOOD'),
    usage: {
      ...tokenCounts(shape, shown),
      committedTokens,
      causalPasses: passes.causal,
      maskedPasses: passes.masked,
    },
    timing: timingOf(times, committedTokens),
  };
}

function unsettled({ slots }: PromptShape) {
  const empty = slots.map(({ index, key }) => ({ index, key, text: '', tokens: [] }));
  return { text: null, slots: empty, segments: [], likelihood: null };
}

/** Unknown lengths count as their greatest while they are not settled. */
function tokenCounts(
  shape: PromptShape,
  shown: RunText | null,
): Pick<Usage, 'knownTokens' | 'openTokens'> {
  if (shown === null) return { knownTokens: shape.knownTokens, openTokens: mostOpenTokens(shape) };
  const { ids } = shown.prompt;
  const knownTokens = knownIds(ids).length;
  return { knownTokens, openTokens: ids.length - knownTokens };
}

function timingOf(
  { submittedAt, startedAt, firstTokenAt, finishedAt }: RunTimes,
  tokens: number,
): Timing {
  const decodingMs = finishedAt - (startedAt ?? finishedAt);
  return {
    queueMs: (startedAt ?? finishedAt) - submittedAt,
    firstTokenMs: firstTokenAt === null ? null : firstTokenAt - submittedAt,
    totalMs: finishedAt - submittedAt,
    tokensPerSecond: tokens > 0 && decodingMs > 0 ? (1000 * tokens) / decodingMs : null,
  };
}
