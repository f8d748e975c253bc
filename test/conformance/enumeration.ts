/**
 * Prompts whose fills can all be listed, on a vocabulary of four tokens; and what a decoder says each is worth.
 */
import type { InfillRequest } from '../../src/decoding/infill-request.ts';
import type { LoadedModels } from '../../src/model/models.ts';
import { fakeModels } from '../support/fake-models.ts';
import { ListTokenizer } from './list-tokenizer.ts';
import { engineOf, requestOf } from './runs.ts';
import type { Subject } from './trial.ts';
import { remembered } from './watched-models.ts';

/** A prompt and everything that may stand at its open positions. */
export type Enumeration = {
  readonly source: InfillRequest['source'];
  readonly fills: readonly (readonly number[])[];
};

const never = new AbortController().signal;

/** Three letters, and one with a space. */
export const fourTokens = new ListTokenizer(['a', 'b', 'c', ' a']);
const [a, b, c, spaceA] = [4, 5, 6, 7] as const;
const letters = [[a], [b], [c], [spaceA]];

/** Token ids with gaps, where anything may stand. */
export function unconstrained(ids: readonly (number | null)[]): Enumeration {
  return {
    source: { tokens: ids },
    fills: productOf(ids.flatMap((id) => (id === null ? [letters] : []))),
  };
}

/** Slots with choices of two tokens around a slot where "a" is banned, which bans it with a space as well. */
export const constrained: Enumeration = {
  source: {
    segments: [
      { slot: { length: { tokens: 2 }, choices: ['ab', 'bc', 'ac', 'cc'] } },
      { text: 'b' },
      { slot: { length: { tokens: 1 }, banned: ['a'] } },
      { slot: { length: { tokens: 2 }, choices: ['ca', 'ab', 'cb'] } },
    ],
  },
  fills: productOf([
    [
      [a, b],
      [b, c],
      [a, c],
      [c, c],
    ],
    [[b], [c]],
    [
      [c, a],
      [a, b],
      [c, b],
    ],
  ]),
};

/** One of each, in order, put together. */
function productOf(parts: readonly (readonly (readonly number[])[])[]): number[][] {
  return parts.reduce<number[][]>(
    (fills, part) => fills.flatMap((fill) => part.map((ids) => [...fill, ...ids])),
    [[]],
  );
}

/** Random models over the four tokens; what they compute is kept. */
export function tinyModels(salt: number): LoadedModels {
  return remembered(fakeModels({ vocabularySize: fourTokens.vocabularySize, salt }));
}

/** The request for a decoder, at temperature 1. */
export function requestFor(
  { plugin, options }: Subject,
  source: InfillRequest['source'],
): InfillRequest {
  const decoder = { name: plugin.name, options };
  return requestOf(plugin, { source, decoder, sampling: { temperature: 1 } });
}

/** exp(score) of every fill, by its ids. */
export async function scoredProbabilities(
  subject: Subject,
  models: LoadedModels,
  { source, fills }: Enumeration,
): Promise<Map<string, number>> {
  const engine = engineOf(subject.plugin, { models, tokenizer: fourTokens });
  const request = requestFor(subject, source);
  const probabilities = new Map<string, number>();
  for (const tokens of fills) {
    const { likelihood } = await engine.score({ request, fill: { tokens }, draws: 1 }, never);
    probabilities.set(tokens.join(), Math.exp(likelihood.logProb));
  }
  return probabilities;
}
