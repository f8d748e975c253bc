/**
 * What a client knows of an infill from the items of its subscription, as one value that each item changes.
 *
 * For any client, in a browser too: needs nothing at run time, and knows no transport and no server.
 */
import type { ErrorCode, Problem } from './errors.ts';

/** A slot's text so far. */
export type SlotState = {
  readonly index: number;
  readonly key: string | null;
  /** Open positions are `[MASK]` where the decoder does not fill from left to right. */
  readonly text: string;
  /** False again when a token of it is taken back. */
  readonly complete: boolean;
};

/** Why an infill was cancelled, in the words of the API. */
export type CancelReason = 'REQUESTED' | 'DISCONNECTED' | 'SUPERSEDED' | 'DEADLINE' | 'SHUTDOWN';

/** Why there are no events: the server's answer in their place. */
export type Refusal = {
  readonly code: ErrorCode;
  readonly message: string;
  /** Everything that is wrong with the input; empty where it is not the input. */
  readonly problems: readonly Problem[];
  /** When to ask again; null where that does not help. */
  readonly retryAfterMs: number | null;
};

/** What is known of one infill. Plain data: it can be kept as JSON and taken up elsewhere. */
export type InfillState = {
  /** Global id, the `id` to resume with; null before the first event. */
  readonly infillId: string | null;
  /** Of the newest event, the `after` to resume with; null before the first event. */
  readonly seq: number | null;
  /** Null before the first event. */
  readonly status: 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED' | null;
  /** Slots that were heard of, by index; what a cancelled or failed infill had filled stays. */
  readonly slots: readonly SlotState[];
  /** The template filled; null unless completed. */
  readonly text: string | null;
  /** Why it failed; null unless failed. */
  readonly error: { readonly code: ErrorCode; readonly message: string } | null;
  /** Why it was cancelled; null unless cancelled, and of an infill from before reasons were kept. */
  readonly cancelReason: CancelReason | null;
  /** The last item, where it was an expected error; null again with the next event. The rest is as before it. */
  readonly refusal: Refusal | null;
};

type Event<Name extends string, Fields = unknown> = Fields & {
  readonly __typename: Name;
  readonly infillId: string;
  readonly seq: number;
};

type WithSlots = { readonly slots: readonly SlotState[] };

/** An item of `infill` or `infillEvents` with what `infillEventFields` selects; more does not hurt. */
export type InfillStreamItem =
  | Event<'InfillQueued' | 'InfillStarted'>
  | Event<'InfillTokensCommitted' | 'InfillTokensRevised' | 'InfillLagged', WithSlots>
  | Event<'InfillCompleted', { readonly infill: { readonly text: string | null } }>
  | Event<'InfillCancelled', { readonly reason: CancelReason | null }>
  | Event<'InfillFailed', { readonly error: NonNullable<InfillState['error']> }>
  | (Omit<Refusal, 'problems' | 'retryAfterMs'> & Partial<Refusal>);

/** A fragment with the least that `applyInfillEvent` needs of an item. */
export const infillEventFields = `fragment InfillEventFields on InfillStreamItem {
  __typename
  ... on InfillEvent { infillId seq }
  ... on InfillTokensCommitted { slots { index key text complete } }
  ... on InfillTokensRevised { slots { index key text complete } }
  ... on InfillLagged { slots { index key text complete } }
  ... on InfillCompleted { infill { text } }
  ... on InfillCancelled { reason }
  ... on InfillFailed { error { code message } }
  ... on Error { code message }
  ... on ValidationError { problems { path code message value limit } }
  ... on QueueFullError { retryAfterMs }
  ... on RateLimitedError { retryAfterMs }
}`;

/** Before the first item. */
export const initialInfillState: InfillState = {
  infillId: null,
  seq: null,
  status: null,
  slots: [],
  text: null,
  error: null,
  cancelReason: null,
  refusal: null,
};

/**
 * Returns the state after an item; the state before it stays as it is.
 *
 * Items of one stream go in in their order. Events that were taken in before change nothing, so a stream that is resumed
 * may begin anywhere up to the event after `seq`. An event of another infill begins anew.
 *
 * @example
 * let state = initialInfillState;
 * for await (const { infill } of items) state = applyInfillEvent(state, infill);
 */
export function applyInfillEvent(state: InfillState, item: InfillStreamItem): InfillState {
  if ('code' in item) return { ...state, refusal: refusalOf(item) };
  const before = item.infillId === state.infillId ? state : initialInfillState;
  if (isKnown(before, item)) return before.refusal === null ? before : { ...before, refusal: null };
  return {
    ...before,
    ...changeBy(item, before.slots),
    infillId: item.infillId,
    seq: Math.max(before.seq ?? 0, item.seq),
    refusal: null,
  };
}

type InfillEvent = Extract<InfillStreamItem, { readonly seq: number }>;

function isKnown({ seq, status }: InfillState, event: InfillEvent): boolean {
  if (hasEnded(status)) return true;
  // A server that was killed has lost the events it had not stored: the end it then tells has a smaller `seq`.
  return seq !== null && event.seq <= seq && !isEnd(event);
}

function hasEnded(status: InfillState['status']): boolean {
  return status === 'COMPLETED' || status === 'CANCELLED' || status === 'FAILED';
}

function isEnd({ __typename: name }: InfillEvent): boolean {
  return name === 'InfillCompleted' || name === 'InfillCancelled' || name === 'InfillFailed';
}

function changeBy(event: InfillEvent, slots: readonly SlotState[]): Partial<InfillState> {
  switch (event.__typename) {
    case 'InfillQueued':
      return { status: 'QUEUED' };
    case 'InfillStarted':
      return { status: 'RUNNING' };
    case 'InfillTokensCommitted':
    case 'InfillTokensRevised':
      return { status: 'RUNNING', slots: withChanged(slots, event.slots) };
    case 'InfillLagged':
      return { status: 'RUNNING', slots: withChanged([], event.slots) };
    case 'InfillCompleted':
      return { status: 'COMPLETED', text: event.infill.text };
    case 'InfillCancelled':
      return { status: 'CANCELLED', cancelReason: event.reason };
    case 'InfillFailed':
      return { status: 'FAILED', error: { code: event.error.code, message: event.error.message } };
    default:
      event satisfies never;
      // A server of a later version may tell of more.
      return {};
  }
}

/** By index. Of what a client selected besides, nothing is kept: the state is the same for all selections. */
function withChanged(slots: readonly SlotState[], changed: readonly SlotState[]): SlotState[] {
  const byIndex = new Map(slots.map((slot) => [slot.index, slot]));
  for (const { index, key, text, complete } of changed) {
    byIndex.set(index, { index, key, text, complete });
  }
  return [...byIndex.values()].sort((a, b) => a.index - b.index);
}

function refusalOf({
  code,
  message,
  problems = [],
  retryAfterMs = null,
}: Extract<InfillStreamItem, { readonly message: string }>): Refusal {
  return { code, message, problems: problems.map(problemOf), retryAfterMs };
}

function problemOf({ path, code, message, value, limit }: Problem): Problem {
  return { path, code, message, value, limit };
}
