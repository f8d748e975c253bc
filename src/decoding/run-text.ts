/**
 * One run in text: turns fills into committed tokens and slot updates, and in the end into the outcome.
 *
 * Knows prompts, bytes and clocks handed to it; knows no model and no engine.
 */
import type { Prompt } from '../text/prompt.ts';
import { SlotTexts } from '../text/slot-text.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { decodeUtf8 } from '../text/utf8.ts';
import type {
  DecoderCapabilities,
  Fill,
  LikelihoodKind,
  PassCounts,
  StepResult,
} from './decoder.ts';
import { knownIds } from './positions.ts';
import type { CommittedToken, Likelihood, Outcome, Timing, TokensChanged } from './run-event.ts';

/** Milliseconds on one clock; null until it happened. */
export type RunTimes = {
  readonly submittedAt: number;
  readonly startedAt: number | null;
  readonly firstTokenAt: number | null;
  readonly finishedAt: number;
};

/** What is committed so far in one run. */
export class RunText {
  readonly #prompt: Prompt;
  readonly #tokenizer: Tokenizer;
  readonly #slots: SlotTexts;
  readonly #committed = new Map<number, CommittedToken>();

  constructor(prompt: Prompt, tokenizer: Tokenizer, order: DecoderCapabilities['streams']) {
    this.#prompt = prompt;
    this.#tokenizer = tokenizer;
    this.#slots = new SlotTexts(prompt, tokenizer, order);
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

  /** Everything the run produced so far. @param kind - of the path's sum, where it means something. */
  outcome(kind: LikelihoodKind, passes: PassCounts, times: RunTimes): Outcome {
    const filled = this.#slots.filled();
    const tokens = [...this.#committed.values()].sort((a, b) => a.position - b.position);
    const slots = this.#slots.snapshot().map(({ index, key, text }) => ({
      index,
      key,
      text,
      tokens: tokens.filter(({ slot }) => slot === index),
    }));
    const likelihood = filled === null ? null : pathLikelihood(kind, tokens);
    return {
      promptTokens: this.#prompt.ids,
      text: filled?.text ?? null,
      slots,
      segments: filled?.segments ?? [],
      likelihood,
      count: filled === null ? 0 : 1,
      others: [],
      candidateOrder: likelihood === null ? 'DRAWN' : 'LIKELIHOOD',
      usage: {
        knownTokens: knownIds(this.#prompt.ids).length,
        openTokens: this.#prompt.ids.length - knownIds(this.#prompt.ids).length,
        committedTokens: tokens.length,
        causalPasses: passes.causal,
        maskedPasses: passes.masked,
      },
      timing: timingOf(times, tokens.length),
    };
  }

  #commit(fill: Fill, step: number): CommittedToken {
    const { position, tokenId, logProb, alternatives } = fill;
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

function timingOf(
  { submittedAt, startedAt, firstTokenAt, finishedAt }: RunTimes,
  tokens: number,
): Timing {
  const decodingMs = finishedAt - (startedAt ?? finishedAt);
  return {
    queueMs: (startedAt ?? finishedAt) - submittedAt,
    firstTokenMs: firstTokenAt === null ? null : firstTokenAt - submittedAt,
    totalMs: finishedAt - submittedAt,
    tokensPerSecond: tokens > 0 && decodingMs > 0 ? (1000 * tokens) / decodingMs : null,
  };
}
