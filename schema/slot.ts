/**
 * Slots, their tokens, and the text between them, as filled.
 */
import type { Parts } from './parts.ts';

/** Adds `Slot`, `SlotUpdate`, `CommittedToken`, `Alternative` and `Segment`. */
export function defineSlot({ builder }: Parts): void {
  builder.objectType('Slot', {
    description: 'One mask of a text, with what fills it.',
    fields: (t) => ({
      index: t.exposeInt('index', { description: 'Counts from 0 in reading order.' }),
      key: t.exposeString('key', { nullable: true, description: "The client's own name for it." }),
      text: t.exposeString('text', { description: 'What fills it, without the space it owns.' }),
      tokens: t.expose('tokens', {
        type: ['CommittedToken'],
        description: 'Its tokens, in order.',
      }),
    }),
  });
  builder.objectType('SlotUpdate', {
    description: 'The text of a slot so far.',
    fields: (t) => ({
      index: t.exposeInt('index', { description: 'Counts from 0 in reading order.' }),
      key: t.exposeString('key', { nullable: true, description: "The client's own name for it." }),
      text: t.exposeString('text', {
        description:
          'Complete characters; where the order is not left to right, open positions are `[MASK]`.',
      }),
      complete: t.exposeBoolean('complete', {
        description: 'Whether every position of it has a token.',
      }),
    }),
  });
  builder.objectType('Segment', {
    description: 'Known or filled text, in reading order.',
    fields: (t) => ({
      text: t.exposeString('text', { description: 'The text itself.' }),
      start: t.exposeInt('start', {
        description: 'UTF-16 offset into the filled text where it begins.',
      }),
      end: t.exposeInt('end', {
        description: 'UTF-16 offset into the filled text where it has ended.',
      }),
      slot: t.exposeInt('slot', {
        nullable: true,
        description: 'Index of its slot; null for known text.',
      }),
    }),
  });
  defineCommittedToken({ builder });
}

function defineCommittedToken({ builder }: Pick<Parts, 'builder'>): void {
  builder.objectType('CommittedToken', {
    description: 'A token that a decoder chose.',
    fields: (t) => ({
      slot: t.exposeInt('slot', { description: 'Index of its slot.' }),
      index: t.exposeInt('index', { description: 'Index within its slot, from 0.' }),
      position: t.exposeInt('position', { description: 'Index into `promptTokens`.' }),
      id: t.exposeInt('id', { description: "Token id in the model pack's vocabulary." }),
      text: t.exposeString('text', { description: 'Its own bytes as text.' }),
      logProb: t.exposeFloat('logProb', {
        nullable: true,
        description:
          'Natural logarithm at temperature 1, whatever the sampling was; null where it is not finite.',
      }),
      step: t.exposeInt('step', { description: 'The decode step that chose it, from 0.' }),
      alternatives: t.expose('alternatives', {
        type: ['Alternative'],
        description: 'The most probable tokens at its position, best first; it may be among them.',
      }),
      maskedShare: t.float({
        nullable: true,
        description:
          "How much of the decision was the masked model's, from 0, all the causal model's, to 1; of MARIA, its part " +
          'of what raised the token above what was to be expected. Null where it is not known.',
        resolve: ({ maskedShare }) => maskedShare ?? null,
      }),
    }),
  });
  builder.objectType('Alternative', {
    description: 'A token that could stand at a position.',
    fields: (t) => ({
      text: t.exposeString('text', { description: 'Its own bytes as text.' }),
      logProb: t.float({
        nullable: true,
        description: 'Natural logarithm at temperature 1; null where it is not finite.',
        resolve: ({ logProb }) => (Number.isFinite(logProb) ? logProb : null),
      }),
    }),
  });
}
