/**
 * The decoding core over one loaded pack: requests in, progress in text out.
 *
 * Knows requests, text and the engine; knows no process, transport or database. The library and the decoding worker
 * both stand on it.
 */
import type { LoadedModels } from '../model/models.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { decodeUtf8 } from '../text/utf8.ts';
import type { AttemptPlan } from './attempt.ts';
import { AttemptSeries } from './attempts.ts';
import { type CheckedInfill, RequestChecker } from './check-request.ts';
import { Engine } from './engine.ts';
import { infillProgress } from './infill-progress.ts';
import type { InfillRequest, Preparable, PreparedInfill, ScoreRequest } from './infill-request.ts';
import { shareByRoles } from './masked-share.ts';
import type { Priority } from './precedence.ts';
import { preparedInfill, preparedScore } from './prepared-infill.ts';
import type { DecoderRegistry } from './registry.ts';
import type { RunProgress, ScoredFill } from './run-event.ts';
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
export type InfillRunOptions = {
  readonly signal: AbortSignal;
  readonly submittedAt: number;
  /** INTERACTIVE when absent. */
  readonly priority?: Priority;
};

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
   * Checks a request, to fill or to score, without running it.
   *
   * @throws UNKNOWN_DECODER, UNSUPPORTED, or a validation code with all problems.
   */
  prepare(request: Preparable): PreparedInfill {
    if (!('fill' in request)) return preparedInfill(this.#checker.check(request));
    return preparedScore(this.#checker.checkScore(request));
  }

  /**
   * Batch work takes no step from now on, until what is returned is called: for who has seen that interactive work comes.
   */
  holdBatchWork(): () => void {
    return this.#engine.holdBatchWork();
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
    const { models, tokenizer } = this.#options;
    const checked = this.#checker.check(request);
    const { plugin, decoder, sizeBytes, shape } = checked;
    const { priority = 'INTERACTIVE' } = options;
    const attempts = new AttemptSeries(planOf(checked, request.seed), models);
    const job = { decoderName: plugin.name, decoder, attempts, sizeBytes, priority };
    const left = new AbortController();
    const signal = AbortSignal.any([options.signal, left.signal]);
    const progress = infillProgress(this.#engine.run(job, signal), {
      shape,
      tokenizer,
      order: plugin.capabilities.streams,
      kind: plugin.likelihood(checked.options),
      maskedShare: shareByRoles(plugin.roles),
      submittedAt: options.submittedAt,
    });
    return abortingAtEnd(progress, left);
  }

  /**
   * The log-likelihood of a given fill, at temperature 1.
   *
   * @param signal - an abort ends the scoring before its next pass.
   * @throws as `prepare`; UNSUPPORTED when decoder and options have none; INVALID_INPUT for a wrong fill; CANCELLED
   */
  async score(
    request: ScoreRequest,
    signal: AbortSignal,
    priority: Priority = 'INTERACTIVE',
  ): Promise<ScoredFill> {
    const checked = this.#checker.checkScore(request);
    const { kind, plugin, decoder, prompt, run, targets, settings } = checked;
    const job = { decoderName: plugin.name, decoder, run, priority };
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
}

function planOf(checked: CheckedInfill, seed: bigint): AttemptPlan {
  const lengths = checked.shape.slots.map((slot) => slot.lengths);
  return { ...checked, lengths, seed };
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
