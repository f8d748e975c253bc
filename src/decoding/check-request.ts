/**
 * From what a client asks to a run for the engine; everything that is wrong is found at once.
 *
 * Knows requests, prompts and decoders' declarations; runs no model.
 */
import { InfillError, type Problem } from '../errors.ts';
import type { LoadedModels, ModelRole } from '../model/models.ts';
import type { Prompt, PromptShape } from '../text/prompt.ts';
import { type Tokenizer, wordStartIds } from '../text/tokenizer.ts';
import { type SettledFill, settleFill } from './check-fill.ts';
import {
  alternativesProblems,
  drawsProblems,
  rangeProblems,
  samplingProblems,
} from './check-settings.ts';
import { SlotChecker } from './check-slots.ts';
import type { LikelihoodKind, Run } from './decoder.ts';
import { fillSettings, scoreSettings } from './effective-settings.ts';
import { estimateBytes } from './estimate-bytes.ts';
import type {
  EffectiveSetting,
  GivenFill,
  InfillRequest,
  LengthSearch,
  ScoreRequest,
  SourceRequest,
} from './infill-request.ts';
import { likelihoodOf, refusal, refuseRun } from './refuse.ts';
import type { AnyDecoder, AnyDecoderPlugin, DecoderRegistry } from './registry.ts';
import { type RuleIds, rulesOf } from './run-rules.ts';
import { type SamplingParams, samplingSchema } from './sampling-params.ts';
import { encodeSource, slotPath } from './source-shape.ts';
import {
  extremeLengths,
  hasUnknownLengths,
  lengthProblems,
  mostOpenTokens,
} from './unknown-lengths.ts';
import { type Checked, checkFields } from './zod-problems.ts';

/** A run with the prompt that it fills. */
export type PromptRun = { readonly prompt: Prompt; readonly run: Run<unknown> };

/** A request that can run. */
export type CheckedInfill = {
  readonly plugin: AnyDecoderPlugin;
  readonly decoder: AnyDecoder;
  readonly shape: PromptShape;
  /** Of the plugin's own type. */
  readonly options: unknown;
  readonly samples: number;
  readonly lengthSearch: LengthSearch;
  readonly settings: readonly EffectiveSetting[];
  /** Estimated bytes of caches, hidden states and rows of one run with the greatest lengths. */
  readonly sizeBytes: number;
  /** The most steps one run takes that has so many open positions. */
  maxSteps(openCount: number): number;
  /** One run with slots of these lengths. @param lengths - one per slot, each of its `lengths`. */
  runOf(lengths: readonly number[], seed: bigint): PromptRun;
};

/** A given fill that can be scored. */
export type CheckedScore = PromptRun & {
  readonly plugin: AnyDecoderPlugin;
  readonly decoder: AnyDecoder;
  /** What `decoder.score` gives; never NONE. */
  readonly kind: LikelihoodKind;
  /** What the prompt was before the fill settled its lengths. */
  readonly shape: PromptShape;
  /** (S) tokens of the open positions, in order. */
  readonly targets: readonly number[];
  readonly settings: readonly EffectiveSetting[];
};

/** What a request says once its parts are read; null where one of them is wrong. */
type Reading = {
  readonly plugin: AnyDecoderPlugin;
  readonly decoder: AnyDecoder;
  readonly shape: PromptShape | null;
  readonly parsed: Parsed | null;
  readonly problems: readonly Problem[];
};
type Parsed = {
  readonly options: unknown;
  readonly sampling: SamplingParams;
  readonly shape: PromptShape;
};

/** Checks requests against one pack. */
export class RequestChecker {
  readonly #models: LoadedModels;
  readonly #tokenizer: Tokenizer;
  readonly #registry: DecoderRegistry;
  readonly #ruleIds: RuleIds;
  readonly #slotChecker: SlotChecker;
  readonly #decoders = new Map<string, AnyDecoder>();

  constructor(models: LoadedModels, tokenizer: Tokenizer, registry: DecoderRegistry) {
    this.#models = models;
    this.#tokenizer = tokenizer;
    this.#registry = registry;
    const { bannedIds, vocabularySize } = models.facts;
    this.#ruleIds = { bannedIds, wordStartIds: wordStartIds(tokenizer, vocabularySize) };
    this.#slotChecker = new SlotChecker(models.facts, this.#ruleIds.wordStartIds);
    for (const plugin of registry.plugins) {
      if (missingRoles(plugin, models).length === 0)
        this.#decoders.set(plugin.name, plugin.create(models));
    }
  }

  /** Names of the decoders whose roles the pack has, in the order of the registry. */
  get decoderNames(): readonly string[] {
    return [...this.#decoders.keys()];
  }

  /**
   * Returns the request as runs to be made.
   *
   * @throws UNKNOWN_DECODER, UNSUPPORTED, or a validation code with all problems of the request.
   */
  check(request: InfillRequest): CheckedInfill {
    const { plugin, decoder, parsed, problems } = this.#read(request, 'fill');
    if (parsed === null || problems.length > 0) throw refusal(problems);
    const { options, sampling, shape } = parsed;
    const { samples, lengthSearch, alternatives } = request;
    const runOf = (lengths: readonly number[], seed: bigint): PromptRun => {
      const prompt = shape.withLengths(lengths);
      const rules = rulesOf(this.#ruleIds, prompt, shape, 'fill');
      return { prompt, run: { ids: prompt.ids, rules, options, sampling, seed, alternatives } };
    };
    refuseRun(plugin, runOf(extremeLengths(shape, 'greatest'), request.seed).run);
    return {
      plugin,
      decoder,
      shape,
      options,
      samples,
      lengthSearch,
      settings: fillSettings({ plugin, options }, { sampling, shape }, request),
      sizeBytes: estimateBytes(this.#models, plugin.roles, { shape, lengthSearch }),
      maxSteps: (count) => plugin.maxSteps(count, options),
      runOf,
    };
  }

  /**
   * Returns the request as a run to be scored; the fill settles unknown lengths.
   *
   * @throws as `check`; UNSUPPORTED when decoder and options have no likelihood.
   */
  checkScore(score: ScoreRequest): CheckedScore {
    const { request, fill } = score;
    const { plugin, decoder, shape, parsed, problems } = this.#read(request, 'score');
    const settled = shape === null ? { problems: [] } : this.#settle(shape, fill);
    const all = [
      ...problems,
      ...('problems' in settled ? settled.problems : []),
      ...drawsProblems(score),
    ];
    if (shape === null || parsed === null || 'problems' in settled || all.length > 0)
      throw refusal(all);
    const { options, sampling } = parsed;
    const { lengths, targets } = settled.value;
    const prompt = shape.withLengths(lengths);
    const rules = rulesOf(this.#ruleIds, prompt, shape, 'score');
    const { seed } = request;
    const run = { ids: prompt.ids, rules, options, sampling, seed, alternatives: 0 };
    refuseRun(plugin, run);
    return {
      plugin,
      decoder,
      kind: likelihoodOf(plugin, decoder, options),
      shape,
      prompt,
      run,
      targets,
      settings: scoreSettings({ plugin, options }, score),
    };
  }

  /** Reads a request part by part, and all that is wrong with it. A given fill settles its lengths. */
  #read(request: InfillRequest, purpose: 'fill' | 'score'): Reading {
    const plugin = this.#registry.find(request.decoder.name);
    const decoder = this.#decoderOf(plugin);
    const options = checkFields(
      plugin.options,
      request.decoder.options,
      ['decoder', plugin.name],
      'INVALID_OPTION',
    );
    const sampling = checkFields(
      samplingSchema,
      request.sampling,
      ['sampling'],
      'INVALID_SAMPLING',
    );
    const shape = encodeSource(request.source, this.#tokenizer, this.#models.facts);
    const problems = [
      ...('problems' in shape ? shape.problems : this.#slotProblems(shape.value, request.source)),
      ...('value' in shape && purpose === 'fill' ? this.#openProblems(shape.value, request) : []),
      ...('problems' in options ? options.problems : []),
      ...('problems' in sampling ? sampling.problems : samplingProblems(plugin, sampling.value)),
      ...rangeProblems(request),
      ...alternativesProblems(plugin, request),
    ];
    const parsed =
      'value' in shape && 'value' in options && 'value' in sampling
        ? { options: options.value, sampling: sampling.value, shape: shape.value }
        : null;
    return { plugin, decoder, shape: 'value' in shape ? shape.value : null, parsed, problems };
  }

  #settle(shape: PromptShape, fill: GivenFill): Checked<SettledFill> {
    const reader = { tokenizer: this.#tokenizer, vocabulary: this.#models.facts };
    const settled = settleFill(shape, fill, reader);
    if ('problems' in settled) return settled;
    const problems = this.#sizeProblems(shape, settled.value.targets.length, false);
    return problems.length > 0 ? { problems } : settled;
  }

  #slotProblems({ slots }: PromptShape, source: SourceRequest): Problem[] {
    return slots.flatMap((slot) =>
      this.#slotChecker.problemsOf(slot, slotPath(source, slot.index)),
    );
  }

  /** What is wrong with lengths that a fill would still have to settle. */
  #openProblems(shape: PromptShape, { lengthSearch }: InfillRequest): Problem[] {
    return [
      ...this.#sizeProblems(shape, mostOpenTokens(shape), hasUnknownLengths(shape)),
      ...lengthProblems(shape, lengthSearch, this.#models),
    ];
  }

  #sizeProblems({ knownTokens }: PromptShape, openTokens: number, isMost: boolean): Problem[] {
    const tokens = knownTokens + openTokens;
    const limit = this.#models.facts.contextLength;
    return tokens > limit ? [tooLong(tokens, limit, isMost)] : [];
  }

  #decoderOf(plugin: AnyDecoderPlugin): AnyDecoder {
    const decoder = this.#decoders.get(plugin.name);
    if (decoder === undefined) {
      const missing = missingRoles(plugin, this.#models).join(', ');
      throw new InfillError(
        'UNSUPPORTED',
        `Decoder "${plugin.name}" needs roles that pack "${this.#models.facts.id}" lacks: ${missing}.`,
      );
    }
    return decoder;
  }
}

function missingRoles(plugin: AnyDecoderPlugin, models: LoadedModels): ModelRole[] {
  return plugin.roles.filter((role) => models[role] === null);
}

function tooLong(tokens: number, limit: number, isMost: boolean): Problem {
  return {
    path: ['source'],
    code: 'PROMPT_TOO_LONG',
    message: `The text has ${isMost ? 'up to ' : ''}${tokens} tokens; the limit of this model is ${limit}.`,
    value: String(tokens),
    limit: String(limit),
  };
}
