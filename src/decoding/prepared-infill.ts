/**
 * What is told of a checked request before it runs.
 *
 * Knows shapes; runs no model.
 */
import type { ShapeSlot } from '../text/prompt.ts';
import type { CheckedInfill, CheckedScore } from './check-request.ts';
import type { PreparedInfill, PreparedSlot } from './infill-request.ts';
import { extremeLengths, mostOpenTokens } from './unknown-lengths.ts';

/** The plan of a request. Seconds and passes are not foretold: they depend on the machine and on what is drawn. */
export function preparedInfill(checked: CheckedInfill): PreparedInfill {
  const { plugin, options, shape, settings, cost } = checked;
  const { ids, slots } = shape.withLengths(extremeLengths(shape, 'least'));
  const firstUnknown = shape.slots.findIndex(({ lengths }) => lengths.length > 1);
  const settledBefore = firstUnknown === -1 ? shape.slots.length : firstUnknown;
  return {
    promptTokens: ids,
    slots: shape.slots.map((slot, index) =>
      preparedSlot(slot, index <= settledBefore ? (slots[index]?.span.start ?? null) : null),
    ),
    knownTokens: shape.knownTokens,
    openTokens: mostOpenTokens(shape),
    cost,
    likelihood: plugin.likelihood(options),
    settings,
  };
}

/** The plan of a score; the fill has settled all lengths. */
export function preparedScore(checked: CheckedScore): PreparedInfill {
  const { shape, prompt, targets, kind, settings, cost } = checked;
  const openTokens = targets.length;
  return {
    promptTokens: prompt.ids,
    slots: prompt.slots.map(({ index, key, span, ownsSpace }) => {
      const tokens = span.end - span.start;
      const length = { minTokens: tokens, maxTokens: tokens };
      const choices = shape.slots[index]?.choices?.map(({ ids }) => ids) ?? [];
      return { index, key, ...length, start: span.start, ownsSpace, choices };
    }),
    knownTokens: prompt.ids.length - openTokens,
    openTokens,
    cost,
    likelihood: kind,
    settings,
  };
}

function preparedSlot(
  { index, key, lengths, min, max, ownsSpace, choices }: ShapeSlot,
  start: number | null,
): PreparedSlot {
  return {
    index,
    key,
    minTokens: lengths.at(0) ?? min,
    maxTokens: lengths.at(-1) ?? max,
    start,
    ownsSpace,
    choices: choices?.map(({ ids }) => ids) ?? [],
  };
}
