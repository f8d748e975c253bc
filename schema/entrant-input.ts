/**
 * Who takes part in a comparison or a benchmark, as an input.
 */
import type { CompareEntrantInput } from '../src/service/comparisons.ts';
import type { Service } from '../src/service/service.ts';
import { type DecoderChoice, presentOf } from './decoder-input.ts';
import { choiceOf, type SharedInputs } from './infill-input.ts';
import type { Parts } from './parts.ts';

/** Value of `EntrantInput`. */
export type EntrantValue = {
  readonly label: string;
  readonly model?: string | null | undefined;
  readonly decoder?: DecoderChoice | null | undefined;
  readonly sampling?: Readonly<Record<string, unknown>> | null | undefined;
};

/** Adds `EntrantInput`. */
export function defineEntrantInput(
  { builder }: Pick<Parts, 'builder'>,
  { decoder, sampling }: SharedInputs,
) {
  const entrant = builder.inputRef<EntrantValue>('EntrantInput');
  entrant.implement({
    description: 'Who takes part: a decoder with its settings on a model pack.',
    fields: (t) => ({
      label: t.string({ required: true, description: 'From 1 to 64 characters; unique.' }),
      model: t.id({ description: 'Global id of a model pack; the first of `models` when absent.' }),
      decoder: t.field({
        type: decoder,
        description: 'The first of the `decoders` of the model pack when absent.',
      }),
      sampling: t.field({
        type: sampling,
        description: 'How tokens are drawn; greedily when absent.',
      }),
    }),
  });
  return entrant;
}

/** An entrant as the service takes it, with what is wrong with it as far as it could not be read. */
export function entrantOf(
  { label, sampling, ...choice }: EntrantValue,
  service: Service,
): CompareEntrantInput {
  return {
    label,
    ...choiceOf(choice, service),
    sampling: sampling == null ? undefined : presentOf(sampling),
  };
}
