/**
 * The prompt: token ids of a whole template, with the spans of its slots.
 *
 * Knows positions and literal text; knows no model frame (BOS, CLS, SEP are added later) and no decoder.
 */

/** A half-open range of prompt positions, `[start, end)`. */
export type Span = { readonly start: number; readonly end: number };

/** One mask of a template, placed in a prompt. */
export type Slot = {
  /** Counts from 0 in reading order. */
  readonly index: number;
  /** The client's own name for it; null when it gave none. */
  readonly key: string | null;
  readonly span: Span;
  /**
   * Whether the space before the mask is part of the slot: its first token must then begin with a space
   * that is followed by another byte, and that space is stripped from the slot's own text.
   */
  readonly ownsSpace: boolean;
};

/** Literal text (verbatim, the owned space included) or a slot, in reading order. */
export type PromptPart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'slot'; readonly slot: Slot };

/** An encoded template. Positions count from 0 and leave model frames out. */
export type Prompt = {
  /** (T); null at open positions. */
  readonly ids: readonly (number | null)[];
  readonly slots: readonly Slot[];
  readonly parts: readonly PromptPart[];
};
