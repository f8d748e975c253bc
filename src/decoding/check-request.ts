/**
 * From what a client asks to a run for the engine; everything that is wrong is found at once.
 *
 * Knows requests, prompts and decoders' declarations; runs no model.
 */
import type { Problem } from '../errors.ts';
import type { LoadedModels } from '../model/models.ts';
import type { Prompt, PromptShape } from '../text/prompt.ts';
import { type Tokenizer, wordStartIds } from '../text/tokenizer.ts';
import { type ChosenDecoder, DecoderChecker } from './check-decoder.ts';
import { drawsProblems, rangeProblems } from './check-settings.ts';
import { type FillReading, SourceChecker } from './check-source.ts';
import type { LikelihoodKind, Run } from './decoder.ts';
import { fillSettings, scoreSettings } from './effective-settings.ts';
import { estimateBytes } from './estimate-bytes.ts';
import type {
  EffectiveSetting,
  InfillRequest,
  LengthSearch,
  ScoreRequest,
} from './infill-request.ts';
import { maxFigurePasses } from './length-judge.ts';
import { kindProblems, likelihoodOf, refusal, runProblems } from './refuse.ts';
import type { DecoderRegistry } from './registry.ts';
import { costProblems, fillCost, scoreCost, scoreCostProblems } from './request-cost.ts';
import { type RuleIds, rulesOf } from './run-rules.ts';
import { extremeLengths, mostConstrained } from './unknown-lengths.ts';

/** A run with the prompt that it fills. */
export type PromptRun = { readonly prompt: Prompt; readonly run: Run<unknown> };

/** A request that can run. */
export type CheckedInfill = ChosenDecoder & {
  readonly shape: PromptShape;
  readonly samples: number;
  readonly lengthSearch: LengthSearch;
  readonly settings: readonly EffectiveSetting[];
  /** See `request-cost.ts`. */
  readonly cost: number;
  /** Estimated bytes of caches, hidden states and rows of one run with the greatest lengths. */
  readonly sizeBytes: number;
  /** The most steps one run takes that has so many open positions. */
  maxSteps(openCount: number): number;
  /** One run with slots of these lengths. @param lengths - one per slot, each of its `lengths`. */
  runOf(lengths: readonly number[], seed: bigint): PromptRun;
};

/** A given fill that can be scored. */
export type CheckedScore = PromptRun &
  ChosenDecoder & {
    /** What `decoder.score` gives; never NONE. */
    readonly kind: LikelihoodKind;
    /** What the prompt was before the fill settled its lengths. */
    readonly shape: PromptShape;
    /** (S) tokens of the open positions, in order. */
    readonly targets: readonly number[];
    readonly settings: readonly EffectiveSetting[];
    /** See `request-cost.ts`. */
    readonly cost: number;
  };

/** What a run is made of besides its text. */
type RunParts = Pick<Run<unknown>, 'options' | 'sampling' | 'seed' | 'alternatives'>;

/** Checks requests against one pack. */
export class RequestChecker {
  readonly #models: LoadedModels;
  readonly #ruleIds: RuleIds;
  readonly #sources: SourceChecker;
  readonly #decoders: DecoderChecker;

  constructor(models: LoadedModels, tokenizer: Tokenizer, registry: DecoderRegistry) {
    this.#models = models;
    const { bannedIds, vocabularySize } = models.facts;
    this.#ruleIds = { bannedIds, wordStartIds: wordStartIds(tokenizer, vocabularySize) };
    this.#sources = new SourceChecker(models, tokenizer, this.#ruleIds.wordStartIds);
    this.#decoders = new DecoderChecker(models, registry);
  }

  /** Names of the decoders whose roles the pack has, in the order of the registry. */
  get decoderNames(): readonly string[] {
    return this.#decoders.names;
  }

  /**
   * Returns the request as runs to be made.
   *
   * @throws UNKNOWN_DECODER or UNSUPPORTED where that is all that is wrong, else a validation code; with all problems
   */
  check(request: InfillRequest): CheckedInfill {
    const { shape, problems: ofText } = this.#readOpen(request);
    const { chosen, sampling, problems: ofDecoder } = this.#decoders.choose(request);
    const ranges = rangeProblems(request);
    const maxSteps = stepBound(chosen, shape);
    const { samples, lengthSearch, seed, alternatives } = request;
    const comparingPasses = maxFigurePasses(this.#models);
    const counted = ranges.some(({ path }) => path[0] === 'samples') ? 1 : samples;
    const howMade = { samples: counted, lengthSearch, maxSteps, comparingPasses };
    const cost = shape === null ? 0 : fillCost(shape, howMade);
    const problems = [
      ...ofText,
      ...ofDecoder,
      ...ranges,
      ...costProblems(cost, 'open tokens, samples and lengths counted', request.maxCost),
    ];
    if (shape === null || chosen === null) throw refusal(problems);
    const parts = { options: chosen.options, sampling, alternatives };
    const runOf = (lengths: readonly number[], runSeed: bigint) =>
      this.#runOf(shape, lengths, { ...parts, seed: runSeed }, 'fill');
    if (ofText.length === 0) {
      const right = ranges.length === 0 ? { seed, alternatives } : { seed: 0n, alternatives: 0 };
      const greatest = extremeLengths(shape, 'greatest');
      const { run } = this.#runOf(shape, greatest, { ...parts, ...right }, 'fill');
      problems.push(...runProblems(chosen.plugin, run));
    }
    if (problems.length > 0) throw refusal(problems);
    return {
      ...chosen,
      shape,
      samples,
      lengthSearch,
      settings: fillSettings(chosen, { sampling, shape }, request),
      cost,
      sizeBytes: estimateBytes(this.#models, chosen, { shape, lengthSearch }),
      maxSteps,
      runOf,
    };
  }

  /**
   * Returns the request as a run to be scored; the fill settles unknown lengths.
   *
   * @throws as `check`; UNSUPPORTED when decoder and options have no likelihood.
   */
  checkScore(score: ScoreRequest): CheckedScore {
    const { request, fill, draws } = score;
    const { shape, problems: ofText } = this.#sources.read(request.source);
    const { settled, openTokens, problems: ofFill } = this.#readFill(shape, fill);
    const { chosen, sampling, problems: ofDecoder } = this.#decoders.choose(request);
    const kind = chosen && likelihoodOf(chosen);
    const ofDraws = drawsProblems(score);
    const costing = { kind, openTokens, draws: ofDraws.length === 0 ? draws : 1 };
    const problems = [
      ...ofText,
      ...ofFill,
      ...ofDecoder,
      ...rangeProblems(request),
      ...ofDraws,
      ...(chosen === null ? [] : kindProblems(chosen.plugin, kind)),
      ...scoreCostProblems(costing, request.maxCost),
    ];
    if (shape === null || chosen === null || settled === null) throw refusal(problems);
    const { lengths, targets } = settled;
    const { seed } = request;
    const parts = { options: chosen.options, sampling, seed, alternatives: 0 };
    const placed = this.#runOf(shape, lengths, parts, 'score');
    if (ofText.length === 0) problems.push(...runProblems(chosen.plugin, placed.run));
    if (kind === null || problems.length > 0) throw refusal(problems);
    const settings = scoreSettings(chosen, score);
    return { ...chosen, ...placed, kind, shape, targets, settings, cost: scoreCost(costing) };
  }

  #readFill(shape: PromptShape | null, fill: ScoreRequest['fill']): FillReading {
    if (shape === null) return { settled: null, openTokens: 0, problems: [] };
    return this.#sources.settle(shape, fill);
  }

  /** Reads a text whose lengths a fill would still have to settle, and all that is wrong with it. */
  #readOpen({ source, lengthSearch }: InfillRequest): {
    readonly shape: PromptShape | null;
    readonly problems: readonly Problem[];
  } {
    const { shape, problems } = this.#sources.read(source);
    const ofLengths = shape === null ? [] : this.#sources.openProblems(shape, lengthSearch);
    return { shape, problems: [...problems, ...ofLengths] };
  }

  #runOf(
    shape: PromptShape,
    lengths: readonly number[],
    parts: RunParts,
    purpose: 'fill' | 'score',
  ): PromptRun {
    const prompt = shape.withLengths(lengths);
    const rules = rulesOf(this.#ruleIds, prompt, shape, purpose);
    return { prompt, run: { ...parts, ids: prompt.ids, rules } };
  }
}

/** The decoder's step bound; of one that is not known, the least it could be. */
function stepBound(
  chosen: ChosenDecoder | null,
  shape: PromptShape | null,
): (openCount: number) => number {
  if (chosen === null || shape === null) return (openCount) => openCount;
  const together = mostConstrained(shape);
  return (openCount) => chosen.plugin.maxSteps(openCount, chosen.options, together);
}
