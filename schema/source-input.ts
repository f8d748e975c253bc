/**
 * The text to fill as an input: a template, segments, or token ids.
 */
import type { SegmentRequest, SourceRequest } from '../src/service/service.ts';
import type { Parts } from './parts.ts';

type SlotValue = {
  readonly key?: string | null | undefined;
  readonly length?: { readonly tokens?: number | null | undefined } | null | undefined;
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
          'A template: `[MASK]` stands for one token and `[MASK:n]` for n, as in `The [MASK:2] sat.`; ' +
          'a backslash before the bracket makes it literal.',
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
  if (slot == null) return { text: text ?? '' };
  const length = { tokens: slot.length?.tokens ?? 1 };
  return { slot: slot.key == null ? { length } : { key: slot.key, length } };
}

function defineSegmentInput({ builder }: Pick<Parts, 'builder'>) {
  const length = builder.inputType('SlotLengthInput', {
    isOneOf: true,
    description: 'How long a slot is: exactly one field.',
    fields: (t) => ({ tokens: t.int({ description: 'This many tokens, at least 1.' }) }),
  });
  const slot = builder.inputType('SlotInput', {
    description: 'A gap to fill.',
    fields: (t) => ({
      key: t.string({ description: 'Your own name for it, given back with its text.' }),
      length: t.field({ type: length, description: 'One token when absent.' }),
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
