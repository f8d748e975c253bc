/**
 * The text to fill as an input: a template, segments, or token ids.
 */
import type { SegmentRequest, SlotRequest, SourceRequest } from '../src/service/service.ts';
import type { Parts } from './parts.ts';

type LengthValue = {
  readonly tokens?: number | null | undefined;
  readonly between?: { readonly min: number; readonly max: number } | null | undefined;
};
type SlotValue = {
  readonly key?: string | null | undefined;
  readonly length?: LengthValue | null | undefined;
  readonly choices?: readonly string[] | null | undefined;
  readonly banned?: readonly string[] | null | undefined;
};
type SegmentValue = {
  readonly text?: string | null | undefined;
  readonly slot?: SlotValue | null | undefined;
};

/** Value of `SourceInput`; exactly one field. */
export type SourceValue = {
  readonly text?: string | null | undefined;
  readonly segments?: readonly SegmentValue[] | null | undefined;
  readonly tokens?: readonly (number | null | undefined)[] | null | undefined;
};

/** Adds `SourceInput` and what it is made of. */
export function defineSourceInput({ builder }: Parts) {
  const segment = defineSegmentInput({ builder });
  const source = builder.inputRef<SourceValue>('SourceInput');
  source.implement({
    isOneOf: true,
    description: 'The text to fill, in one of three forms: exactly one field.',
    fields: (t) => ({
      text: t.string({
        description:
          'A template: `[MASK]` stands for one token, `[MASK:n]` for n and `[MASK:a-b]` for as many from a to b ' +
          'as suit best, as in `The [MASK:2] sat.`; a backslash before the bracket makes it literal.',
      }),
      segments: t.field({
        type: [segment],
        description: 'Literal texts and slots, in reading order.',
      }),
      tokens: t.intList({
        required: { list: false, items: false },
        description: "Token ids of the model pack's vocabulary; null is an open position.",
      }),
    }),
  });
  return source;
}

/** A source as the service takes it. */
export function sourceOf({ text, segments, tokens }: SourceValue): SourceRequest {
  if (text != null) return { text };
  if (segments != null) return { segments: segments.map(segmentOf) };
  return { tokens: (tokens ?? []).map((token) => token ?? null) };
}

function segmentOf({ text, slot }: SegmentValue): SegmentRequest {
  return slot == null ? { text: text ?? '' } : { slot: slotOf(slot) };
}

function slotOf({ key, length, choices, banned }: SlotValue): SlotRequest {
  return {
    length: length?.between == null ? { tokens: length?.tokens ?? 1 } : { between: length.between },
    ...(key == null ? {} : { key }),
    ...(choices == null ? {} : { choices }),
    ...(banned == null ? {} : { banned }),
  };
}

function defineSegmentInput({ builder }: Pick<Parts, 'builder'>) {
  const range = builder.inputType('IntRangeInput', {
    description: 'Whole numbers from one to another, both included.',
    fields: (t) => ({
      min: t.int({ required: true, description: 'The least.' }),
      max: t.int({ required: true, description: 'The greatest; not below `min`.' }),
    }),
  });
  const length = builder.inputType('SlotLengthInput', {
    isOneOf: true,
    description: 'How long a slot is: exactly one field.',
    fields: (t) => ({
      tokens: t.int({ description: 'This many tokens, at least 1.' }),
      between: t.field({
        type: range,
        description: 'As many tokens of this range as suit best; `lengthSearch` says how.',
      }),
    }),
  });
  const slot = builder.inputType('SlotInput', {
    description: 'A gap to fill.',
    fields: (t) => ({
      key: t.string({ description: 'Your own name for it, given back with its text.' }),
      length: t.field({ type: length, description: 'One token when absent.' }),
      choices: t.stringList({
        description:
          'The only texts it may have, without the space before it. Each has as many tokens as the slot, or as its ' +
          'range allows. Any when absent.',
      }),
      banned: t.stringList({
        description:
          'Tokens it must not have, as texts: each is one token, alone or after a space. Other tokens may still ' +
          'spell the text.',
      }),
    }),
  });
  const segment = builder.inputRef<SegmentValue>('SegmentInput');
  segment.implement({
    isOneOf: true,
    description: 'Literal text or a slot: exactly one field.',
    fields: (t) => ({
      text: t.string({ description: 'Literal text; masks are text here.' }),
      slot: t.field({ type: slot, description: 'A gap to fill.' }),
    }),
  });
  return segment;
}
