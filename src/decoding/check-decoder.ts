/**
 * Which decoder a request chose, with its options: everything that is wrong with the choice and with the settings that only
 * some decoders follow.
 *
 * Knows declarations of decoders and the roles of a pack; knows no text.
 */
import type { Problem } from '../errors.ts';
import type { LoadedModels } from '../model/models.ts';
import { alternativesProblems, samplingProblems } from './check-settings.ts';
import type { DecoderRequest, InfillRequest } from './infill-request.ts';
import { missingRoles, roleProblems } from './refuse.ts';
import {
  type AnyDecoder,
  type AnyDecoderPlugin,
  type DecoderRegistry,
  unknownDecoder,
} from './registry.ts';
import { type SamplingParams, samplingSchema } from './sampling-params.ts';
import { checkFields } from './zod-problems.ts';

/** A decoder with its checked options, of the plugin's own type. */
export type ChosenDecoder = {
  readonly plugin: AnyDecoderPlugin;
  readonly decoder: AnyDecoder;
  readonly options: unknown;
};

/** What was chosen, null where it is wrong, and how tokens are drawn: by default where a setting is wrong. */
export type Choice = {
  readonly chosen: ChosenDecoder | null;
  readonly sampling: SamplingParams;
  readonly problems: readonly Problem[];
};

/** The decoders of one pack. */
export class DecoderChecker {
  readonly #models: LoadedModels;
  readonly #registry: DecoderRegistry;
  readonly #decoders = new Map<string, AnyDecoder>();

  constructor(models: LoadedModels, registry: DecoderRegistry) {
    this.#models = models;
    this.#registry = registry;
    for (const plugin of registry.plugins) {
      if (missingRoles(plugin, models).length === 0)
        this.#decoders.set(plugin.name, plugin.create(models));
    }
  }

  /** Names of the decoders whose roles the pack has, in the order of the registry. */
  get names(): readonly string[] {
    return [...this.#decoders.keys()];
  }

  /** Reads the choice that a request makes. */
  choose(request: InfillRequest): Choice {
    const sampling = checkFields(
      samplingSchema,
      request.sampling,
      ['sampling'],
      'INVALID_SAMPLING',
    );
    const ofSampling = 'problems' in sampling ? sampling.problems : [];
    const drawn =
      'problems' in sampling
        ? samplingSchema.parse(withoutWrong(request.sampling, ofSampling))
        : sampling.value;
    const { name } = request.decoder;
    if (!this.#registry.has(name)) {
      const known = this.#registry.plugins.map((plugin) => plugin.name);
      const problems = [unknownDecoder(name, known), ...ofSampling];
      return { chosen: null, sampling: drawn, problems };
    }
    const plugin = this.#registry.find(name);
    const { chosen, problems } = this.#chosen(plugin, request.decoder);
    return {
      chosen,
      sampling: drawn,
      problems: [
        ...problems,
        ...ofSampling,
        ...samplingProblems(plugin, drawn),
        ...alternativesProblems(plugin, request),
      ],
    };
  }

  #chosen(plugin: AnyDecoderPlugin, { options }: DecoderRequest): Omit<Choice, 'sampling'> {
    const checked = checkFields(
      plugin.options,
      options,
      ['decoder', plugin.name],
      'INVALID_OPTION',
    );
    const decoder = this.#decoders.get(plugin.name);
    const problems = [
      ...roleProblems(plugin, this.#models),
      ...('problems' in checked ? checked.problems : []),
    ];
    if (decoder === undefined || 'problems' in checked) return { chosen: null, problems };
    return { chosen: { plugin, decoder, options: checked.value }, problems };
  }
}

/** The fields that no problem is told of. */
function withoutWrong(
  fields: InfillRequest['sampling'],
  problems: readonly Problem[],
): Readonly<Record<string, unknown>> {
  const wrong = new Set(problems.map(({ path }) => path.at(-1)));
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !wrong.has(name)));
}
