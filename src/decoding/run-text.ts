/**
 * One attempt in text: turns fills into committed tokens and slot updates, and in the end into a filled text.
 *
 * Knows one prompt and bytes; knows no model, no clock and no other attempt.
 */
import type { Prompt } from '../text/prompt.ts';
import { SlotTexts } from '../text/slot-text.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { decodeUtf8 } from '../text/utf8.ts';
import type { DecoderCapabilities, Fill, LikelihoodKind, StepResult } from './decoder.ts';
import type {
  CommittedToken,
  FilledSegment,
  FilledSlot,
  Likelihood,
  TokensChanged,
} from './run-event.ts';

/** A prompt as filled so far. */
export type Filling = {
  /** Null unless every slot is filled. */
  readonly text: string | null;
  readonly slots: readonly FilledSlot[];
  /** Empty unless every slot is filled. */
  readonly segments: readonly FilledSegment[];
  /** The path's sum for exact kinds, once every slot is filled and every term is finite; null else. */
  readonly likelihood: Likelihood | null;
};

/** How fills of one run become text. */
export type RunTextSettings = {
  readonly tokenizer: Tokenizer;
  readonly order: DecoderCapabilities['streams'];
  /** The masked model's share in each token, where a fill does not say; null: not known. */
  readonly maskedShare: number | null;
};

/** What is committed so far in one run. */
export class RunText {
  readonly prompt: Prompt;
  readonly #tokenizer: Tokenizer;
  readonly #maskedShare: number | null;
  readonly #slots: SlotTexts;
  readonly #committed = new Map<number, CommittedToken>();

  constructor(prompt: Prompt, { tokenizer, order, maskedShare }: RunTextSettings) {
    this.prompt = prompt;
    this.#maskedShare = maskedShare;
    this.#tokenizer = tokenizer;
    this.#slots = new SlotTexts(prompt, tokenizer, order);
  }

  /** Committed tokens, in position order. */
  get tokens(): readonly CommittedToken[] {
    return [...this.#committed.values()].sort((a, b) => a.position - b.position);
  }

  /** Applies a step and returns it in text; null when it changed nothing. */
  apply(
    step: number,
    { fills, reopened }: Pick<StepResult, 'fills' | 'reopened'>,
  ): TokensChanged | null {
    if (fills.length === 0 && reopened.length === 0) return null;
    const isRevision =
      reopened.length > 0 || fills.some(({ position }) => this.#committed.has(position));
    for (const position of reopened) {
      this.#slots.reopen(position);
      this.#committed.delete(position);
    }
    const tokens = fills.map((fill) => this.#commit(fill, step));
    const slots = this.#slots.updates();
    return isRevision
      ? { type: 'revised', tokens, reopened, slots }
      : { type: 'committed', tokens, slots };
  }

  /** Puts other tokens in place of all that is committed, and returns that. @param tokens - of the same prompt. */
  adopt(tokens: readonly CommittedToken[]): TokensChanged {
    const reopened = this.tokens.map(({ position }) => position);
    for (const position of reopened) this.#slots.reopen(position);
    this.#committed.clear();
    for (const token of tokens) {
      this.#slots.commit(token.position, token.id);
      this.#committed.set(token.position, token);
    }
    const slots = this.#slots.updates();
    return reopened.length > 0
      ? { type: 'revised', tokens, reopened, slots }
      : { type: 'committed', tokens, slots };
  }

  /** What is filled so far. @param kind - of the path's sum, where it means something. */
  filling(kind: LikelihoodKind): Filling {
    const filled = this.#slots.filled();
    const { tokens } = this;
    const slots = this.#slots.snapshot().map(({ index, key, text }) => ({
      index,
      key,
      text,
      tokens: tokens.filter(({ slot }) => slot === index),
    }));
    return {
      text: filled?.text ?? null,
      slots,
      segments: filled?.segments ?? [],
      likelihood: filled === null ? null : pathLikelihood(kind, tokens),
    };
  }

  #commit(fill: Fill, step: number): CommittedToken {
    const { position, tokenId, logProb, alternatives, maskedShare = this.#maskedShare } = fill;
    this.#slots.commit(position, tokenId);
    const token = {
      ...this.#slots.placeOf(position),
      position,
      id: tokenId,
      text: this.#textOf(tokenId),
      logProb: Number.isFinite(logProb) ? logProb : null,
      step,
      alternatives: alternatives.map((other) => ({
        text: this.#textOf(other.tokenId),
        logProb: other.logProb,
      })),
      maskedShare,
    };
    this.#committed.set(position, token);
    return token;
  }

  #textOf(tokenId: number): string {
    return decodeUtf8(this.#tokenizer.bytesOf(tokenId));
  }
}

/** The sum over the path for exact kinds, if every term is finite. */
function pathLikelihood(
  kind: LikelihoodKind,
  tokens: readonly CommittedToken[],
): Likelihood | null {
  if (kind !== 'CHAIN_RULE' && kind !== 'INDEPENDENT') return null;
  const terms = tokens.flatMap(({ logProb }) => (logProb === null ? [] : [logProb]));
  if (terms.length < tokens.length) return null;
  return { kind, logProb: terms.reduce((sum, term) => sum + term, 0) };
}
