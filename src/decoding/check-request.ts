/**
 * From what a client asks to a job for the engine; everything that is wrong is found at once.
 *
 * Knows requests, prompts and decoders' declarations; runs no model.
 */
import { InfillError, type Problem, problemsError } from '../errors.ts';
import type { LoadedModels, ModelRole } from '../model/models.ts';
import { encodeTemplate } from '../text/encode-template.ts';
import { encodeTokens } from '../text/encode-tokens.ts';
import type { Prompt } from '../text/prompt.ts';
import { templateOfParts } from '../text/template.ts';
import { parseTemplate } from '../text/template-notation.ts';
import { type Tokenizer, wordStartIds } from '../text/tokenizer.ts';
import { logitsBlockSize } from './chain-rule-score.ts';
import type { Run } from './decoder.ts';
import type { Job } from './engine.ts';
import type {
  EffectiveSetting,
  InfillRequest,
  SegmentRequest,
  SourceRequest,
} from './infill-request.ts';
import { openPositions } from './positions.ts';
import type { AnyDecoder, AnyDecoderPlugin, DecoderRegistry } from './registry.ts';
import { samplingSchema } from './sampling-params.ts';
import { TokenRules } from './token-rules.ts';
import { type Checked, checkFields } from './zod-problems.ts';

/** Most alternatives per committed token. */
export const maxAlternatives = 20;

/** Seeds are below this. */
const seedLimit = 2n ** 63n;

/** A request that can run. */
export type CheckedInfill = {
  readonly plugin: AnyDecoderPlugin;
  readonly prompt: Prompt;
  readonly job: Job;
  readonly settings: readonly EffectiveSetting[];
};

/** Checks requests against one pack. */
export class RequestChecker {
  readonly #models: LoadedModels;
  readonly #tokenizer: Tokenizer;
  readonly #registry: DecoderRegistry;
  readonly #wordStartIds: Uint8Array;
  readonly #decoders = new Map<string, AnyDecoder>();

  constructor(models: LoadedModels, tokenizer: Tokenizer, registry: DecoderRegistry) {
    this.#models = models;
    this.#tokenizer = tokenizer;
    this.#registry = registry;
    this.#wordStartIds = wordStartIds(tokenizer, models.facts.vocabularySize);
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
   * Returns the request as a job.
   *
   * @param purpose - a given fill is scored as it is, so `score` leaves out the rule of the owned space.
   * @throws UNKNOWN_DECODER, UNSUPPORTED, or a validation code with all problems of the request.
   */
  check(request: InfillRequest, purpose: 'fill' | 'score'): CheckedInfill {
    const { name, options } = request.decoder;
    const plugin = this.#registry.find(name);
    const decoder = this.#decoderOf(plugin);
    const checkedOptions = checkFields(
      plugin.options,
      options,
      ['decoder', plugin.name],
      'INVALID_OPTION',
    );
    const sampling = checkFields(
      samplingSchema,
      request.sampling,
      ['sampling'],
      'INVALID_SAMPLING',
    );
    const prompt = this.#encode(request.source);
    const problems = [prompt, checkedOptions, sampling]
      .flatMap(problemsOf)
      .concat(rangeProblems(request));
    if (
      'problems' in prompt ||
      'problems' in checkedOptions ||
      'problems' in sampling ||
      problems.length > 0
    ) {
      throw problemsError(problems as [Problem, ...Problem[]]);
    }
    const { seed, alternatives } = request;
    const { ids, slots } = prompt.value;
    const wordStarts = new Set(
      slots.flatMap(({ ownsSpace, span }) => (ownsSpace && purpose === 'fill' ? [span.start] : [])),
    );
    const rules = new TokenRules(this.#models.facts.bannedIds, this.#wordStartIds, wordStarts);
    const run: Run<unknown> = {
      ids,
      rules,
      options: checkedOptions.value,
      sampling: sampling.value,
      seed,
      alternatives,
    };
    const openCount = openPositions(ids).length;
    const job: Job = {
      decoderName: name,
      decoder,
      run,
      sizeBytes: estimateBytes(this.#models, plugin.roles, { tokens: ids.length, open: openCount }),
      maxSteps: plugin.maxSteps(openCount, checkedOptions.value),
    };
    return { plugin, prompt: prompt.value, job, settings: effectiveSettings(run, request) };
  }

  #decoderOf(plugin: AnyDecoderPlugin) {
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

  /** A template's problems are a parser's exception; here they join the request's others. */
  #encode(source: SourceRequest): Checked<Prompt> {
    try {
      const prompt = this.#promptOf(source);
      const limit = this.#models.facts.contextLength;
      return prompt.ids.length <= limit
        ? { value: prompt }
        : { problems: [tooLong(prompt.ids.length, limit)] };
    } catch (error) {
      if (error instanceof InfillError && error.problems.length > 0)
        return { problems: error.problems };
      throw error;
    }
  }

  #promptOf(source: SourceRequest): Prompt {
    if ('text' in source)
      return encodeTemplate(parseTemplate(source.text, ['source', 'text']), this.#tokenizer);
    if ('segments' in source) {
      const parts = source.segments.map(templatePart);
      return encodeTemplate(templateOfParts(parts, ['source', 'segments']), this.#tokenizer);
    }
    return encodeTokens(source.tokens, this.#tokenizer, this.#models.facts, ['source', 'tokens']);
  }
}

function templatePart(segment: SegmentRequest) {
  if ('text' in segment) return { kind: 'literal', text: segment.text } as const;
  const { length, key } = segment.slot;
  const tokens = 'tokens' in length ? length.tokens : length.between.min;
  return { kind: 'mask', length: tokens, key: key ?? null } as const;
}

function missingRoles(plugin: AnyDecoderPlugin, models: LoadedModels): ModelRole[] {
  return plugin.roles.filter((role) => models[role] === null);
}

function problemsOf(checked: Checked<unknown>): readonly Problem[] {
  return 'problems' in checked ? checked.problems : [];
}

function rangeProblems({ seed, alternatives }: InfillRequest): Problem[] {
  const problems: Problem[] = [];
  if (seed < 0n || seed >= seedLimit) {
    problems.push({
      path: ['seed'],
      code: 'INVALID_SEED',
      message: `The seed is ${seed}; it must be from 0 to ${seedLimit - 1n}.`,
      value: String(seed),
      limit: String(seedLimit - 1n),
    });
  }
  if (!Number.isInteger(alternatives) || alternatives < 0 || alternatives > maxAlternatives) {
    problems.push({
      path: ['alternatives'],
      code: 'INVALID_INPUT',
      message: `The number of alternatives is ${alternatives}; it must be from 0 to ${maxAlternatives}.`,
      value: String(alternatives),
      limit: String(maxAlternatives),
    });
  }
  return problems;
}

function tooLong(tokens: number, limit: number): Problem {
  return {
    path: ['source'],
    code: 'PROMPT_TOO_LONG',
    message: `The text has ${tokens} tokens; the limit of this model is ${limit}.`,
    value: String(tokens),
    limit: String(limit),
  };
}

/** Bytes of the KV cache, of the masked hidden states of open positions, and of the logits blocks of one run. */
function estimateBytes(
  models: LoadedModels,
  roles: readonly ModelRole[],
  counts: { readonly tokens: number; readonly open: number },
): number {
  const bytesPerFloat = 4;
  const cacheBytes = roles.includes('causal')
    ? (models.causal?.cacheBytes(counts.tokens + 1) ?? 0)
    : 0;
  if (!roles.includes('masked')) return cacheBytes;
  const hiddenBytes = counts.open * (models.masked?.hiddenSize ?? 0) * bytesPerFloat;
  const blockBytes =
    2 * Math.min(logitsBlockSize, counts.open) * models.facts.vocabularySize * bytesPerFloat;
  return cacheBytes + hiddenBytes + blockBytes;
}

/** Everything that had an effect, in reading order; what is off had none, nor top-k and top-p of a greedy run. */
function effectiveSettings(run: Run<unknown>, request: InfillRequest): EffectiveSetting[] {
  const { topK, topP, ...greedy } = run.sampling;
  const entries = [
    ['decoder', request.decoder.name],
    ...Object.entries(run.options as Record<string, unknown>),
    ...Object.entries(greedy),
    ...(greedy.temperature === 0 ? [] : Object.entries({ topK, topP })),
    ['seed', String(run.seed)],
    ['alternatives', run.alternatives],
  ] as const;
  return entries.flatMap(([name, value]) =>
    value === undefined ? [] : [{ name: String(name), value }],
  );
}
