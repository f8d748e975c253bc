/**
 * The decoding core over one loaded pack: requests in, progress in text out.
 *
 * Knows requests, text and the engine; knows no process, transport or database. The library and the decoding worker
 * both stand on it.
 */
import { InfillError } from '../errors.ts';
import type { LoadedModels } from '../model/models.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { decodeUtf8 } from '../text/utf8.ts';
import { type CheckedInfill, RequestChecker } from './check-request.ts';
import { Engine, type EngineEvent, type StopReason } from './engine.ts';
import type { InfillRequest, PreparedInfill, ScoreRequest } from './infill-request.ts';
import { openPositions } from './positions.ts';
import type { DecoderRegistry } from './registry.ts';
import type { Outcome, RunProgress, ScoredFill } from './run-event.ts';
import { RunText } from './run-text.ts';
import type { EngineLimits } from './scheduler.ts';
import { scoredTokens } from './scored-tokens.ts';

/** What an engine is made of. */
export type InfillEngineOptions = {
  readonly models: LoadedModels;
  readonly tokenizer: Tokenizer;
  readonly registry: DecoderRegistry;
  readonly limits: EngineLimits;
  /** Milliseconds; the clock that `submittedAt` is on. */
  readonly now: () => number;
};

/** How one infill is run. */
export type InfillRunOptions = { readonly signal: AbortSignal; readonly submittedAt: number };

/** Fills and scores with one pack. */
export class InfillEngine {
  readonly #options: InfillEngineOptions;
  readonly #checker: RequestChecker;
  readonly #engine: Engine;

  constructor(options: InfillEngineOptions) {
    this.#options = options;
    this.#checker = new RequestChecker(options.models, options.tokenizer, options.registry);
    this.#engine = new Engine(options.limits, options.now);
  }

  /** Names of the decoders that the pack supports; the first is its default. */
  get decoderNames(): readonly string[] {
    return this.#checker.decoderNames;
  }

  /**
   * Checks a request without running it.
   *
   * @throws UNKNOWN_DECODER, UNSUPPORTED, or a validation code with all problems.
   */
  prepare(request: InfillRequest): PreparedInfill {
    const { prompt, settings, plugin, job } = this.#checker.check(request, 'fill');
    const openTokens = openPositions(prompt.ids).length;
    return {
      promptTokens: prompt.ids,
      slots: prompt.slots.map(({ index, key, span, ownsSpace }) => ({
        index,
        key,
        minTokens: span.end - span.start,
        maxTokens: span.end - span.start,
        start: span.start,
        ownsSpace,
        choices: [],
      })),
      knownTokens: prompt.ids.length - openTokens,
      openTokens,
      cost: openTokens * request.samples,
      likelihood: plugin.likelihood(job.run.options),
      settings,
    };
  }

  /** Ids and texts of the tokens of a literal. */
  tokenize(text: string): { ids: number[]; texts: string[] } {
    const ids = this.#options.tokenizer.encode(text);
    return { ids, texts: ids.map((id) => decodeUtf8(this.#options.tokenizer.bytesOf(id))) };
  }

  /**
   * Runs a request; the iteration ends with exactly one terminal entry. Admission happens before this returns.
   * Leaving the iteration cancels the run.
   *
   * @throws as `prepare`; QUEUE_FULL
   */
  infill(request: InfillRequest, options: InfillRunOptions): AsyncIterable<RunProgress> {
    const checked = this.#checker.check(request, 'fill');
    const left = new AbortController();
    const signal = AbortSignal.any([options.signal, left.signal]);
    const progress = this.#progress(
      checked,
      this.#engine.run(checked.job, signal),
      options.submittedAt,
    );
    return abortingAtEnd(progress, left);
  }

  /**
   * The log-likelihood of a given fill, at temperature 1.
   *
   * @param signal - an abort ends the scoring before its next pass.
   * @throws as `prepare`; UNSUPPORTED when decoder and options have none; INVALID_INPUT for a wrong fill; CANCELLED
   */
  async score({ request, fill, draws }: ScoreRequest, signal: AbortSignal): Promise<ScoredFill> {
    const { job, plugin, prompt, settings } = this.#checker.check(request, 'score');
    const { decoder, run } = job;
    const kind = plugin.likelihood(run.options);
    if (kind === 'NONE' || decoder.score === undefined) {
      throw new InfillError(
        'UNSUPPORTED',
        `Decoder "${plugin.name}" has no likelihood with these options.`,
      );
    }
    if (!('tokens' in fill)) {
      throw new InfillError('UNSUPPORTED', 'A fill is given as token ids.');
    }
    const targets = fill.tokens;
    this.#checkTargets(targets, openPositions(run.ids).length);
    const scored = await this.#engine.score(job, kind, { targets, signal, draws });
    return {
      likelihood: { kind: scored.kind, logProb: scored.logLikelihood },
      standardError: scored.standardError ?? null,
      tokens: scoredTokens(prompt, this.#options.tokenizer, targets, scored.perPosition ?? null),
      promptTokens: prompt.ids,
      settings,
    };
  }

  async *#progress(
    { job, plugin, prompt }: CheckedInfill,
    events: AsyncIterable<EngineEvent>,
    submittedAt: number,
  ): AsyncGenerator<RunProgress> {
    const { tokenizer } = this.#options;
    const text = new RunText(prompt, tokenizer, plugin.capabilities.streams);
    const kind = plugin.likelihood(job.run.options);
    let startedAt: number | null = null;
    let firstTokenAt: number | null = null;
    for await (const event of events) {
      if (event.type === 'started') {
        startedAt = event.at;
        yield { type: 'started' };
      } else if (event.type === 'stepped') {
        const changed = text.apply(event.step, event);
        if (event.fills.length > 0) firstTokenAt ??= event.at;
        if (changed !== null) yield changed;
      } else {
        const times = { submittedAt, startedAt, firstTokenAt, finishedAt: event.at };
        yield terminal(event.stop, text.outcome(kind, event.passes, times));
      }
    }
  }

  #checkTargets(targets: readonly number[], openCount: number): void {
    if (targets.length !== openCount) {
      throw new InfillError(
        'INVALID_INPUT',
        `There are ${targets.length} target tokens for ${openCount} open positions.`,
      );
    }
    const { vocabularySize, bannedIds } = this.#options.models.facts;
    const isOrdinary = (id: number) =>
      Number.isInteger(id) && id >= 0 && id < vocabularySize && !bannedIds.includes(id);
    const wrong = targets.find((id) => !isOrdinary(id));
    if (wrong !== undefined) {
      throw new InfillError(
        'INVALID_INPUT',
        `Target token ${wrong} is not an ordinary token of the vocabulary.`,
      );
    }
  }
}

/** Passes entries on; once nobody reads them any more, aborts. */
async function* abortingAtEnd<T>(
  entries: AsyncIterable<T>,
  abort: AbortController,
): AsyncGenerator<T> {
  try {
    yield* entries;
  } finally {
    abort.abort();
  }
}

function terminal(stop: StopReason, outcome: Outcome): RunProgress {
  if (stop === 'cancelled') return { type: 'cancelled', outcome };
  if (stop === 'filled' && outcome.text !== null) return { type: 'completed', outcome };
  if (stop !== 'filled') {
    const { code, message, cause } = stop;
    return { type: 'failed', outcome, error: { code, message }, cause };
  }
  const message = 'The decoder was done before every slot was filled.';
  return { type: 'failed', outcome, error: { code: 'DECODE_FAILED', message } };
}
