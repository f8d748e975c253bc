/**
 * The prompt: token ids of a whole template, with the spans of its slots; and its shape while lengths are not decided.
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

/** A text with its token ids; of a choice of a slot that owns its space, that space is in the ids. */
export type EncodedText = { readonly text: string; readonly ids: readonly number[] };

/** One mask of a template before its length is decided. */
export type ShapeSlot = Omit<Slot, 'span'> & {
  /** Tokens it was asked to have, ends included. */
  readonly min: number;
  readonly max: number;
  /** The lengths it can have, ascending: all from `min` to `max`, or those of them that some choice has. None of a wrong one. */
  readonly lengths: readonly number[];
  /** In the order given; null when anything may stand there. */
  readonly choices: readonly EncodedText[] | null;
  /** Texts that may not stand there, each with the single tokens that spell it, with and without a space in front. */
  readonly banned: readonly EncodedText[];
};

/** An encoded template whose slots have no lengths yet: literals are tokenized, once. */
export type PromptShape = {
  readonly slots: readonly ShapeSlot[];
  /** Tokens of all literals. */
  readonly knownTokens: number;
  /** The prompt with slots of these lengths. @param lengths - one per slot, ≥ 1. */
  withLengths(lengths: readonly number[]): Prompt;
};
