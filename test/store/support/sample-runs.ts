/** Runs, outcomes and logs for the store's tests. */
import { randomUUID } from 'node:crypto';
import type { Outcome, RunEvent } from '../../../src/decoding/run-event.ts';
import type { NewRun, RunEnd } from '../../../src/store/runs.ts';

/** A queued run of a new owner, with what matters to a test put in. */
export function sampleRun(given: Partial<NewRun> = {}): NewRun {
  return {
    id: randomUUID(),
    owner: `owner-${randomUUID()}`,
    storePolicy: 'FULL',
    createdAt: new Date('2026-01-02T03:04:05.678Z'),
    source: { text: 'The [MASK] sat.' },
    decoderName: 'maria',
    packId: 'tiny',
    modelDigest: 'ab'.repeat(32),
    settings: [
      { name: 'temperature', value: 0.5 },
      { name: 'topK', value: null },
    ],
    seed: 7n,
    promptTokens: [5, null, 9],
    labels: [],
    idempotencyKey: null,
    inputDigest: null,
    ...given,
  };
}

/** An outcome of one slot with this text. */
export function sampleOutcome(text: string): Outcome {
  return {
    text: `The ${text} sat.`,
    promptTokens: [1, null],
    count: 1,
    others: [],
    candidateOrder: 'LIKELIHOOD',
    slots: [{ index: 0, key: null, text, tokens: [] }],
    segments: [{ text, start: 4, end: 4 + text.length, slot: 0 }],
    likelihood: { kind: 'CHAIN_RULE', logProb: -1.25 },
    usage: { knownTokens: 2, openTokens: 1, committedTokens: 1, causalPasses: 1, maskedPasses: 1 },
    timing: { queueMs: 1, firstTokenMs: 2.5, totalMs: 4, tokensPerSecond: 250 },
  };
}

/** A whole log: queued, started, `commitCount` commits, completed. */
export function sampleLog(commitCount: number): RunEvent[] {
  const commits = Array.from({ length: commitCount }, (_, index): RunEvent => {
    const text = ` w${index}`;
    return {
      seq: index + 2,
      at: 1_700_000_000_000 + index,
      type: 'committed',
      tokens: [
        {
          slot: 0,
          index,
          position: index,
          id: index,
          text,
          logProb: -0.1 * (index + 1),
          step: index,
          alternatives: [{ text: ' other', logProb: -2 }],
        },
      ],
      slots: [{ index: 0, key: null, text, complete: index === commitCount - 1 }],
    };
  });
  return [
    { seq: 0, at: 1_700_000_000_000, type: 'queued', position: 0 },
    { seq: 1, at: 1_700_000_000_000, type: 'started' },
    ...commits,
    { seq: commitCount + 2, at: 1_700_000_001_000, type: 'completed' },
  ];
}

/** A completed end with this slot text. */
export function sampleEnd(text: string, commitCount = 1): RunEnd {
  return {
    status: 'COMPLETED',
    finishedAt: new Date('2026-01-02T03:04:06.789Z'),
    outcome: sampleOutcome(text),
    cancelReason: null,
    error: null,
    events: sampleLog(commitCount),
  };
}
