/**
 * What a client asks for, as an input, and how the service takes it.
 */
import { InfillError } from '../src/errors.ts';
import type { InfillInput, Service } from '../src/service/service.ts';
import {
  chosenDecoder,
  type DecoderChoice,
  defineDecoderInput,
  presentOf,
} from './decoder-input.ts';
import { decodeIdOf } from './global-id.ts';
import type { Parts } from './parts.ts';
import { defineSourceInput, type SourceValue, sourceOf } from './source-input.ts';

/** Value of `InfillInput`. */
export type InfillValue = {
  readonly source: SourceValue;
  readonly model?: string | null | undefined;
  readonly decoder?: DecoderChoice | null | undefined;
  readonly sampling?: Readonly<Record<string, unknown>> | null | undefined;
  readonly seed?: bigint | null | undefined;
  readonly alternatives: number;
  readonly labels?: readonly string[] | null | undefined;
};

/** Adds `InfillInput` and what it is made of. */
export function defineInfillInput(parts: Parts) {
  const { builder } = parts;
  const source = defineSourceInput(parts);
  const decoder = defineDecoderInput(parts);
  const sampling = defineSamplingInput(parts);
  const input = builder.inputRef<InfillValue>('InfillInput');
  input.implement({
    description: 'A text to fill, and how.',
    fields: (t) => ({
      source: t.field({ type: source, required: true, description: 'The text to fill.' }),
      model: t.id({ description: 'Global id of a model pack; the first of `models` when absent.' }),
      decoder: t.field({ type: decoder, description: 'The first of `decoders` when absent.' }),
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
      labels: t.stringList({ description: 'Your own words for finding the infill again.' }),
    }),
  });
  return input;
}

/** An input as the service takes it. @throws UNKNOWN_MODEL for an id that is not a model pack's. */
export function infillInputOf(value: InfillValue, service: Service): InfillInput {
  return {
    source: sourceOf(value.source),
    model: value.model == null ? undefined : modelOf(value.model),
    decoder: value.decoder == null ? undefined : chosenDecoder(value.decoder, service.decoders),
    sampling: value.sampling == null ? undefined : presentOf(value.sampling),
    seed: value.seed ?? undefined,
    alternatives: value.alternatives,
    labels: value.labels ?? undefined,
  };
}

function modelOf(globalId: string): string {
  const id = decodeIdOf('ModelPack', globalId);
  if (id === null) {
    const shown = globalId.length > 100 ? `${globalId.slice(0, 100)}…` : globalId;
    throw new InfillError(
      'UNKNOWN_MODEL',
      `"${shown}" is not the id of a model pack; \`models\` lists them.`,
    );
  }
  return id;
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
