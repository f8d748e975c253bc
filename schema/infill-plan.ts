/**
 * A plan: what an infill would be, without one.
 */
import { asResult, isExpectedError } from './error.ts';
import { infillInputOf } from './infill-input.ts';
import type { OperationTypes } from './operations.ts';
import type { Parts } from './parts.ts';

/** Adds `InfillPlan` and the field `planInfill`. */
export function definePlan(parts: Parts, { input, errors }: OperationTypes): void {
  const { builder, service } = parts;
  definePlanTypes(parts);
  const result = builder.unionType('PlanInfillResult', {
    description: 'A plan, or what was wrong with the request.',
    types: ['InfillPlan', ...errors],
    resolveType: (value) => (isExpectedError(value) ? value.typeName : 'InfillPlan'),
  });
  builder.queryField('planInfill', (t) =>
    t.field({
      type: result,
      description:
        'What `infill` with the same input would do, or what it would refuse; nothing is run or stored.',
      args: {
        input: t.arg({ type: input, required: true, description: 'What to fill, and how.' }),
      },
      resolve: (_, args, { viewer }) =>
        asResult(() => service.planInfill(infillInputOf(args.input, service), viewer), args.input),
    }),
  );
}

function definePlanTypes({ builder, enums }: Parts): void {
  builder.objectType('InfillPlan', {
    description: 'What an infill would be.',
    fields: (t) => ({
      model: t.expose('pack', {
        type: 'ModelPack',
        description: 'The model pack that would fill it.',
      }),
      decoder: t.expose('decoder', {
        type: 'Decoder',
        description: 'The decoder that would fill it.',
      }),
      promptTokens: t.field({
        type: ['Int'],
        nullable: { list: false, items: true },
        description:
          'Token ids of the text; null at open positions. An unknown length counts as its least.',
        resolve: ({ promptTokens }) => promptTokens,
      }),
      slots: t.expose('slots', { type: ['PlannedSlot'], description: 'The slots, in order.' }),
      knownTokens: t.exposeInt('knownTokens', { description: 'Positions that are given.' }),
      openTokens: t.exposeInt('openTokens', {
        description: 'Positions to fill; an unknown length counts as its greatest.',
      }),
      cost: t.exposeInt('cost', {
        description:
          'What `maxRequestCost` of `viewer` bounds: the open tokens of each sample, or the steps of the decoder where ' +
          'those can be more. Each length that CAL may try costs 1; with DECODE_ALL, all lengths, and the passes that ' +
          'compare them, stand for the first sample. An infill makes no more passes with either model.',
      }),
      likelihoodKind: t.expose('likelihood', {
        type: enums.likelihoodKind,
        description: 'What the log-likelihood of a fill is with these options.',
      }),
      settings: t.expose('settings', {
        type: ['EffectiveSetting'],
        description:
          'Every setting that would have an effect, defaults included; without the seed where none is given.',
      }),
    }),
  });
  builder.objectType('PlannedSlot', {
    description: 'One mask of a text, before it is filled.',
    fields: (t) => ({
      index: t.exposeInt('index', { description: 'Counts from 0 in reading order.' }),
      key: t.exposeString('key', { nullable: true, description: "The client's own name for it." }),
      minTokens: t.exposeInt('minTokens', { description: 'The fewest tokens it may have.' }),
      maxTokens: t.exposeInt('maxTokens', { description: 'The most tokens it may have.' }),
      start: t.exposeInt('start', {
        nullable: true,
        description: 'Its first position; null after a slot of unknown length.',
      }),
      ownsSpace: t.exposeBoolean('ownsSpace', {
        description: 'Whether the space before it is its own: its first token begins with it.',
      }),
      choices: t.expose('choices', {
        type: ['PlannedChoice'],
        description: 'The only texts it may have; empty when anything may stand there.',
      }),
    }),
  });
  builder.objectType('PlannedChoice', {
    description: 'A text that a slot may have.',
    fields: (t) => ({
      text: t.exposeString('text', { description: 'As it was given.' }),
      tokens: t.exposeIntList('tokens', { description: 'Its token ids where it would stand.' }),
    }),
  });
}
