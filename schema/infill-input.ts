/**
 * What a client asks for, as an input, and how the service takes it.
 */
import type { Problem } from '../src/errors.ts';
import type { InfillInput, LengthSearch, Service } from '../src/service/service.ts';
import {
  chosenDecoder,
  type DecoderChoice,
  defineDecoderInput,
  presentOf,
} from './decoder-input.ts';
import { decodeIdOf } from './global-id.ts';
import type { Parts } from './parts.ts';
import { type TermsValue, termsFields, termsOf } from './run-terms.ts';
import { defineSourceInput, type SourceValue, sourceOf } from './source-input.ts';

/** What the inputs of all operations on a text have. */
export type SubjectValue = {
  readonly source: SourceValue;
  readonly model?: string | null | undefined;
  readonly decoder?: DecoderChoice | null | undefined;
  readonly seed?: bigint | null | undefined;
};

/** Value of `InfillInput`. */
export type InfillValue = SubjectValue &
  TermsValue & {
    readonly sampling?: Readonly<Record<string, unknown>> | null | undefined;
    readonly alternatives: number;
    readonly samples: number;
    readonly lengthSearch: LengthSearch;
    readonly labels?: readonly string[] | null | undefined;
  };

/** Input types that the inputs of several operations refer to. */
export type SharedInputs = ReturnType<typeof defineSharedInputs>;

/** Adds `SourceInput`, `DecoderInput`, `SamplingInput` and what they are made of. */
export function defineSharedInputs(parts: Parts) {
  return {
    source: defineSourceInput(parts),
    decoder: defineDecoderInput(parts),
    sampling: defineSamplingInput(parts),
  };
}

/** Adds `InfillInput`. */
export function defineInfillInput(parts: Parts, { source, decoder, sampling }: SharedInputs) {
  const { builder } = parts;
  const { lengthSearch } = parts.enums;
  const input = builder.inputRef<InfillValue>('InfillInput');
  input.implement({
    description: 'A text to fill, and how.',
    fields: (t) => ({
      source: t.field({ type: source, required: true, description: 'The text to fill.' }),
      model: t.id({ description: 'Global id of a model pack; the first of `models` when absent.' }),
      decoder: t.field({
        type: decoder,
        description: 'The first of the `decoders` of the model pack when absent.',
      }),
      sampling: t.field({
        type: sampling,
        description: 'How tokens are drawn; greedily when absent.',
      }),
      seed: t.field({
        type: 'BigInt',
        description: 'From 0 to 2^63 − 1; fixes all randomness. Chosen and reported when absent.',
      }),
      alternatives: t.int({
        required: true,
        defaultValue: 0,
        description: 'How many probable tokens to report beside each committed one, from 0 to 20.',
      }),
      samples: t.int({
        required: true,
        defaultValue: 1,
        description:
          'How many times to fill the text, from 1 to 16; whole fills are ranked in `candidates`.',
      }),
      lengthSearch: t.field({
        type: lengthSearch,
        required: true,
        defaultValue: 'CAL',
        description: 'How unknown lengths are decided; of no effect where all are known.',
      }),
      labels: t.stringList({ description: 'Your own words for finding the infill again.' }),
      ...termsFields(t, parts.enums),
    }),
  });
  return input;
}

/** An input as the service takes it. */
export function infillInputOf(value: InfillValue, service: Service): InfillInput {
  const subject = subjectOf(value, service);
  const { terms, problems: ofTerms } = termsOf(value);
  const problems = [...(subject.problems ?? []), ...ofTerms];
  return {
    ...subject,
    problems: problems.length === 0 ? undefined : problems,
    sampling: value.sampling == null ? undefined : presentOf(value.sampling),
    alternatives: value.alternatives,
    samples: value.samples,
    lengthSearch: value.lengthSearch,
    labels: value.labels ?? undefined,
    ...terms,
  };
}

/** What the inputs of all operations on a text have, as the service takes it. */
export function subjectOf({ source, seed, ...choice }: SubjectValue, service: Service) {
  return { source: sourceOf(source), ...choiceOf(choice, service), seed: seed ?? undefined };
}

/** The pack and the decoder of an input, and what is wrong with them as far as they could not be read. */
export function choiceOf(
  { model, decoder }: Pick<SubjectValue, 'model' | 'decoder'>,
  service: Service,
) {
  const pack = model == null ? { id: undefined, problems: [] } : readModel(model);
  const chosen = decoder == null ? null : chosenDecoder(decoder, service.decoders);
  const problems = [...pack.problems, ...(chosen?.problems ?? [])];
  return {
    model: pack.id,
    decoder: chosen?.decoder,
    problems: problems.length === 0 ? undefined : problems,
  };
}

/** The pack that a global id names, or what is wrong with it. */
export function readModel(globalId: string): {
  id: string | undefined;
  problems: readonly Problem[];
} {
  const id = decodeIdOf('ModelPack', globalId) ?? undefined;
  if (id !== undefined) return { id, problems: [] };
  const value = globalId.length > 100 ? `${globalId.slice(0, 100)}…` : globalId;
  const message = `"${value}" is not the id of a model pack; \`models\` lists them.`;
  return {
    id,
    problems: [{ path: ['model'], code: 'UNKNOWN_MODEL', message, value, limit: null }],
  };
}

function defineSamplingInput({ builder }: Parts) {
  return builder.inputType('SamplingInput', {
    description: 'How a token is drawn from its distribution.',
    fields: (t) => ({
      temperature: t.float({
        defaultValue: 0,
        description: 'From 0, the most probable token, to 5; 1 samples from the model as it is.',
      }),
      topK: t.int({ description: 'Draw from this many most probable tokens only, at least 1.' }),
      topP: t.float({
        description:
          'Draw from the smallest set of tokens whose probabilities sum to this, above 0 and at most 1.',
      }),
      repetitionPenalty: t.float({
        description:
          'Makes tokens that are already in the text less probable, from 1, which is off, to 5.',
      }),
    }),
  });
}
