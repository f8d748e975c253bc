/**
 * A dispatcher whose runs do what a test says, when it says so.
 */

import { Channel } from '../../src/decoding/channel.ts';
import type { LikelihoodKind } from '../../src/decoding/decoder.ts';
import type {
  InfillRequest,
  Preparable,
  PreparedInfill,
  PreparedSlot,
  ScoreRequest,
} from '../../src/decoding/infill-request.ts';
import type { Priority } from '../../src/decoding/precedence.ts';
import { costProblems } from '../../src/decoding/request-cost.ts';
import type { Outcome, RunProgress, ScoredFill } from '../../src/decoding/run-event.ts';
import type { Dispatcher, ServedPack } from '../../src/dispatch/dispatcher.ts';
import { InfillError, problemsError } from '../../src/errors.ts';

/** The pack it serves. */
export const scriptedPack: ServedPack = {
  id: 'scripted',
  version: '1',
  digest: 'd1',
  license: 'none',
  card: '',
  roles: [],
  vocabularySize: 10,
  contextLength: 10,
  maskToken: '<|mask|>',
  device: 'cpu',
  decoderNames: ['maria', 'autoregressive'],
};

/** A finished fill of one slot. */
export const scriptedOutcome: Outcome = {
  text: 'The cat sat.',
  promptTokens: [1, null],
  count: 1,
  others: [],
  candidateOrder: 'LIKELIHOOD',
  slots: [{ index: 0, key: null, text: 'cat', tokens: [] }],
  segments: [{ text: 'The cat sat.', start: 0, end: 12, slot: null }],
  likelihood: { kind: 'CHAIN_RULE', logProb: -1 },
  usage: { knownTokens: 3, openTokens: 1, committedTokens: 1, causalPasses: 1, maskedPasses: 1 },
  timing: { queueMs: 1, firstTokenMs: 2, totalMs: 3, tokensPerSecond: 100 },
};

/** A fill of one token. */
export const scriptedScore: ScoredFill = {
  likelihood: { kind: 'CHAIN_RULE', logProb: -2 },
  standardError: null,
  tokens: [{ slot: 0, index: 0, position: 1, id: 5, text: ' cat', logProb: -2 }],
  promptTokens: [1, null],
  settings: [],
};

/** Runs wait for `tell`; `cancel` ends them as cancelled. */
export class ScriptedDispatcher implements Dispatcher {
  packs: readonly ServedPack[] = [scriptedPack];
  readonly requests: InfillRequest[] = [];
  readonly scores: ScoreRequest[] = [];
  readonly admitted: string[] = [];
  /** In the order of `admitted`. */
  readonly priorities: (Priority | undefined)[] = [];
  readonly released: string[] = [];
  readonly cancelled: string[] = [];
  openTokens = 1;
  likelihood: LikelihoodKind = 'CHAIN_RULE';
  slots: readonly PreparedSlot[] = [];
  /** Thrown by `prepare`. */
  refusal: InfillError | null = null;
  isFull = false;
  /** What a cancelled run had filled. */
  cancelledOutcome: Outcome | null = null;
  /** Whether runs end before a cancellation reaches them. */
  ignoresCancel = false;
  readonly #runs = new Map<string, Channel<RunProgress>>();

  /** Lets a run report something; a terminal entry ends it. */
  tell(runId: string, ...entries: readonly RunProgress[]): void {
    for (const entry of entries) {
      this.#runs.get(runId)?.push(entry);
      if ('outcome' in entry) this.#runs.get(runId)?.end();
    }
  }

  /** How many holds of batch work are not let go. */
  holds = 0;

  holdBatchWork() {
    this.holds += 1;
    return () => {
      this.holds -= 1;
    };
  }

  stateOf() {
    return 'READY' as const;
  }

  async prepare(_packId: string, request: Preparable): Promise<PreparedInfill> {
    if ('fill' in request) return this.#prepareScore(request);
    this.requests.push(request);
    if (this.refusal !== null) throw this.refusal;
    const settings = [
      { name: 'decoder', value: request.decoder.name },
      { name: 'seed', value: String(request.seed) },
    ];
    const cost = this.openTokens * request.samples;
    const [tooHigh] = costProblems(cost, 'scripted', request.maxCost);
    if (tooHigh !== undefined) throw problemsError([tooHigh]);
    return {
      promptTokens: [1, null],
      slots: this.slots,
      knownTokens: 1,
      openTokens: this.openTokens,
      cost,
      likelihood: this.likelihood,
      settings,
    };
  }

  async #prepareScore({ request, draws }: ScoreRequest): Promise<PreparedInfill> {
    const samples = this.likelihood === 'ELBO' ? draws : 1;
    return this.prepare('', { ...request, samples });
  }

  async score(_packId: string, score: ScoreRequest, signal: AbortSignal) {
    this.scores.push(score);
    if (signal.aborted) throw new InfillError('CANCELLED', 'Gone.');
    return scriptedScore;
  }

  async tokenize(_packId: string, text: string) {
    return { ids: [text.length], texts: [text] };
  }

  admit(_packId: string, runId: string, _request?: InfillRequest, priority?: Priority) {
    if (this.isFull) throw new InfillError('QUEUE_FULL', 'Full.', { retryAfterMs: 7 });
    this.admitted.push(runId);
    this.priorities.push(priority);
    const events = new Channel<RunProgress>();
    this.#runs.set(runId, events);
    return { position: 0, start: () => events, release: () => void this.released.push(runId) };
  }

  cancel(runId: string): void {
    this.cancelled.push(runId);
    if (this.ignoresCancel) return;
    this.tell(runId, { type: 'cancelled', outcome: this.cancelledOutcome });
  }

  async drain(): Promise<void> {
    return undefined;
  }

  async close(): Promise<void> {
    return undefined;
  }
}
