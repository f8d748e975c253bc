/**
 * A checked request as a plan: what would run, with the texts the client gave.
 */
import assert from 'node:assert/strict';
import type { SourceRequest } from '../decoding/infill-request.ts';
import type { DecoderDescription } from '../decoding/registry.ts';
import type { PreparedRequest } from './prepared-request.ts';
import type { InfillPlan, PlannedSlot } from './service.ts';

/**
 * Returns the plan of a prepared request.
 *
 * @param decoders - the one that the request names among them.
 * @param hasSeed - whether the client gave the seed; one that was drawn for the plan is not that of a later run.
 */
export function planOf(
  { pack, request, prepared }: PreparedRequest,
  decoders: readonly DecoderDescription[],
  { hasSeed }: { readonly hasSeed: boolean },
): InfillPlan {
  const decoder = decoders.find(({ name }) => name === request.decoder.name);
  assert(decoder !== undefined, 'A pack has checked a decoder that is not registered.');
  const { promptTokens, knownTokens, openTokens, cost, likelihood, settings } = prepared;
  const choiceTexts = choicesOf(request.source);
  return {
    pack,
    decoder,
    promptTokens,
    slots: prepared.slots.map(
      (slot): PlannedSlot => ({
        ...slot,
        choices: slot.choices.map((tokens, index) => ({
          text: choiceTexts[slot.index]?.[index] ?? '',
          tokens,
        })),
      }),
    ),
    knownTokens,
    openTokens,
    cost,
    likelihood,
    settings: hasSeed ? settings : settings.filter(({ name }) => name !== 'seed'),
  };
}

/** Texts of each slot's choices; only segments can have some. */
function choicesOf(source: SourceRequest): readonly (readonly string[])[] {
  if (!('segments' in source)) return [];
  return source.segments.flatMap((segment) =>
    'slot' in segment ? [segment.slot.choices ?? []] : [],
  );
}
