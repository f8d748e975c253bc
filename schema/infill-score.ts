/**
 * Scoring: the log-likelihood of a fill that is given.
 */
import type { ScoredInfill, ScoreInput, Service } from '../src/service/service.ts';
import type { MeasuredLikelihood } from './builder.ts';
import { asResult, decodingFailure, defineDecodingError, isExpectedError } from './error.ts';
import { type SharedInputs, type SubjectValue, subjectOf } from './infill-input.ts';
import type { OperationTypes } from './operations.ts';
import type { Parts } from './parts.ts';

type FillValue = {
  readonly slots?: readonly string[] | null | undefined;
  readonly tokens?: readonly number[] | null | undefined;
};

/** Value of `ScoreInfillInput`. */
type ScoreValue = SubjectValue & { readonly fill: FillValue; readonly draws: number };

/** Adds `ScoredInfill` and the field `scoreInfill`. */
export function defineScore(parts: Parts, { shared, errors }: OperationTypes): void {
  const { builder, service } = parts;
  defineScoredInfill(parts);
  const input = defineScoreInput(parts, shared);
  const result = builder.unionType('ScoreInfillResult', {
    description: 'A scored fill, or what was wrong with the request.',
    types: ['ScoredInfill', ...errors, defineDecodingError(parts)],
    resolveType: (value) => (isExpectedError(value) ? value.typeName : 'ScoredInfill'),
  });
  builder.mutationField('scoreInfill', (t) =>
    t.field({
      type: result,
      authScopes: { INFILL: true },
      description:
        'The log-likelihood of a given fill under a decoder; nothing is stored. Ended when the client leaves before.',
      args: {
        input: t.arg({ type: input, required: true, description: 'Which fill of what, and how.' }),
      },
      resolve: (_, args, { viewer, signal }) =>
        asResult(
          () =>
            service
              .scoreInfill(scoreInputOf(args.input, service), viewer, signal)
              .catch(decodingFailure),
          args.input,
        ),
    }),
  );
}

function scoreInputOf(value: ScoreValue, service: Service): ScoreInput {
  const { slots, tokens } = value.fill;
  const fill = slots == null ? { tokens: tokens ?? [] } : { slots };
  return { ...subjectOf(value, service), fill, draws: value.draws };
}

function defineScoreInput({ builder }: Parts, { source, decoder }: SharedInputs) {
  const fill = builder.inputType('FillInput', {
    isOneOf: true,
    description: 'What stands in the slots: exactly one field.',
    fields: (t) => ({
      slots: t.stringList({
        description: 'The text of each slot, in order, without the space before it.',
      }),
      tokens: t.intList({ description: 'The token id of each open position, in order.' }),
    }),
  });
  const input = builder.inputRef<ScoreValue>('ScoreInfillInput');
  input.implement({
    description: 'A fill to score.',
    fields: (t) => ({
      source: t.field({
        type: source,
        required: true,
        description: 'The text without the fill; an unknown length is settled by the fill.',
      }),
      model: t.id({ description: 'Global id of a model pack; the first of `models` when absent.' }),
      decoder: t.field({
        type: decoder,
        description: 'The first of the `decoders` of the model pack when absent.',
      }),
      fill: t.field({ type: fill, required: true, description: 'What stands in the slots.' }),
      draws: t.int({
        required: true,
        defaultValue: 16,
        description:
          'Random masks that a bound is the mean of, from 1 to 1024; of no effect where the kind is exact.',
      }),
      seed: t.field({
        type: 'BigInt',
        description:
          'From 0 to 2^63 − 1; fixes the random masks of a bound. Chosen and reported when absent.',
      }),
    }),
  });
  return input;
}

function defineScoredInfill({ builder }: Parts): void {
  builder.objectType('ScoredInfill', {
    description: 'A given fill with its log-likelihood.',
    fields: (t) => ({
      likelihood: t.field({
        type: 'Likelihood',
        nullable: true,
        description: 'Of the whole fill; null where it is not finite: the fill cannot come out.',
        resolve: likelihoodOf,
      }),
      tokens: t.expose('tokens', {
        type: ['ScoredToken'],
        description: 'The tokens of the fill, in order of position.',
      }),
      promptTokens: t.field({
        type: ['Int'],
        nullable: { list: false, items: true },
        description: 'Token ids of the text, lengths settled; null at open positions.',
        resolve: ({ promptTokens }) => promptTokens,
      }),
      settings: t.expose('settings', {
        type: ['EffectiveSetting'],
        description: 'Every setting that had an effect, defaults included.',
      }),
      model: t.expose('pack', { type: 'ModelPack', description: 'The model pack that scored it.' }),
      decoderName: t.exposeString('decoderName', { description: 'The decoder that scored it.' }),
      seed: t.expose('seed', { type: 'BigInt', description: 'The seed of the random masks.' }),
    }),
  });
  builder.objectType('ScoredToken', {
    description: 'A token of a given fill.',
    fields: (t) => ({
      slot: t.exposeInt('slot', { description: 'Index of its slot.' }),
      index: t.exposeInt('index', { description: 'Index within its slot, from 0.' }),
      position: t.exposeInt('position', { description: 'Index into `promptTokens`.' }),
      id: t.exposeInt('id', { description: "Token id in the model pack's vocabulary." }),
      text: t.exposeString('text', { description: 'Its own bytes as text.' }),
      logProb: t.exposeFloat('logProb', {
        nullable: true,
        description:
          'Natural logarithm at temperature 1; null where it is not finite, or the kind has no parts of single tokens.',
      }),
    }),
  });
}

function likelihoodOf(scored: ScoredInfill): MeasuredLikelihood | null {
  const { likelihood, standardError, tokens, characterCount } = scored;
  if (!Number.isFinite(likelihood.logProb)) return null;
  return { ...likelihood, standardError, tokenCount: tokens.length, characterCount };
}
