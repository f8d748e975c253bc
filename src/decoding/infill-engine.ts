/**
 * The decoding core over one loaded pack: requests in, progress in text out.
 *
 * Knows requests, text and the engine; knows no process, transport or database. The library and the decoding worker
 * both stand on it.
 */
import type { LoadedModels } from '../model/models.ts';
import type { Prompt } from '../text/prompt.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { decodeUtf8 } from '../text/utf8.ts';
import { RequestChecker } from './check-request.ts';
import { Engine, type EngineEvent, type Job, type StopReason } from './engine.ts';
import type { InfillRequest, PreparedInfill, ScoreRequest } from './infill-request.ts';
import { openPositions } from './positions.ts';
import { preparedInfill } from './prepared-infill.ts';
import type { AnyDecoderPlugin, DecoderRegistry } from './registry.ts';
import type { Outcome, RunProgress, ScoredFill } from './run-event.ts';
import { RunText } from './run-text.ts';
import type { EngineLimits } from './scheduler.ts';
import { scoredTokens } from './scored-tokens.ts';
import { extremeLengths } from './unknown-lengths.ts';

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
    return preparedInfill(this.#checker.check(request));
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
    const checked = this.#checker.check(request);
    const { plugin, decoder, shape, sizeBytes } = checked;
    const placed = checked.runOf(extremeLengths(shape, 'least'), request.seed);
    const job: Job = {
      decoderName: plugin.name,
      decoder,
      run: placed.run,
      sizeBytes,
      maxSteps: checked.maxSteps(openPositions(placed.run.ids).length),
    };
    const left = new AbortController();
    const signal = AbortSignal.any([options.signal, left.signal]);
    const progress = this.#progress(
      { plugin, job, prompt: placed.prompt },
      this.#engine.run(job, signal),
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
  async score(request: ScoreRequest, signal: AbortSignal): Promise<ScoredFill> {
    const checked = this.#checker.checkScore(request);
    const { kind, plugin, decoder, prompt, run, targets, settings } = checked;
    const job = { decoderName: plugin.name, decoder, run };
    const { draws } = request;
    const scored = await this.#engine.score(job, kind, { targets, signal, draws });
    const terms = scored.perPosition ?? null;
    return {
      likelihood: { kind: scored.kind, logProb: scored.logLikelihood },
      standardError: scored.standardError ?? null,
      tokens: scoredTokens(prompt, this.#options.tokenizer, targets, terms),
      promptTokens: prompt.ids,
      settings,
    };
  }

  async *#progress(
    {
      job,
      plugin,
      prompt,
    }: { readonly job: Job; readonly plugin: AnyDecoderPlugin; readonly prompt: Prompt },
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
