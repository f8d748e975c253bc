/**
 * What the fake service answers with where no script says otherwise.
 */
import { randomUUID } from 'node:crypto';
import { type InfillError, problemsError } from '../../src/errors.ts';
import type {
  Infill,
  InfillInput,
  InfillPlan,
  ScoredInfill,
  ServedPack,
} from '../../src/service/service.ts';

/** The one pack of the fake service. */
export const fakePack: ServedPack = {
  id: 'fake',
  version: '1.0.0',
  digest: 'd'.repeat(64),
  license: 'Apache-2.0',
  card: 'Counts.',
  roles: [
    {
      role: 'causal',
      architecture: 'counter',
      parameters: 5_000_000_000,
      precision: 'f32',
      hiddenSize: 4,
      sizeBytes: 20_000_000_000,
    },
  ],
  vocabularySize: 256,
  contextLength: 1024,
  maskToken: '<|mask|>',
  device: 'cpu',
  decoderNames: ['maria', 'autoregressive'],
};

/** One slot of one or two tokens with two choices. */
export const fakePlan = {
  promptTokens: [7, null],
  slots: [
    {
      index: 0,
      key: 'k',
      minTokens: 1,
      maxTokens: 2,
      start: 1,
      ownsSpace: true,
      choices: [
        { text: 'x', tokens: [1] },
        { text: 'xy', tokens: [1, 2] },
      ],
    },
  ],
  knownTokens: 1,
  openTokens: 2,
  cost: 4,
  likelihood: 'CHAIN_RULE',
  settings: [{ name: 'temperature', value: 0 }],
} as const satisfies Omit<InfillPlan, 'pack' | 'decoder'>;

/** A bound over two tokens. */
export const fakeScored: Omit<ScoredInfill, 'pack' | 'decoderName' | 'seed'> = {
  likelihood: { kind: 'ELBO', logProb: -2 },
  standardError: 0.5,
  tokens: [1, 2].map((position) => ({
    slot: 0,
    index: position - 1,
    position,
    id: position,
    text: 'x',
    logProb: null,
  })),
  promptTokens: [7, null, null],
  settings: [{ name: 'draws', value: 128 }],
  characterCount: 4,
};

/** A queued run of `input`, the one after `index` others. */
export function fakeRun(
  input: InfillInput,
  { index, tokensPerMask }: { readonly index: number; readonly tokensPerMask: number },
): Infill {
  const masks = 'text' in input.source ? input.source.text.split('[MASK').length - 1 : 1;
  const openTokens = masks * tokensPerMask;
  return {
    id: randomUUID(),
    owner: 'local',
    storePolicy: input.store,
    status: 'QUEUED',
    createdAt: new Date(1_700_000_000_000 + index),
    startedAt: null,
    finishedAt: null,
    source: input.source,
    decoderName: input.decoder?.name ?? 'maria',
    packId: fakePack.id,
    modelDigest: fakePack.digest,
    settings: [{ name: 'temperature', value: 0 }],
    seed: input.seed ?? 2n ** 63n - 1n,
    promptTokens: [7, ...Array<null>(openTokens).fill(null)],
    labels: input.labels ?? [],
    idempotencyKey: null,
    inputDigest: null,
    outcome: null,
    cancelReason: null,
    error: null,
    benchmarkId: null,
    comparisonId: null,
  };
}

/** Two problems at once. */
export function noMask(): InfillError {
  const message = 'The text has no mask.';
  const path = ['source', 'text'];
  return problemsError([
    { path, code: 'INVALID_TEMPLATE', message, value: null, limit: null },
    {
      path: ['alternatives'],
      code: 'INVALID_INPUT',
      message: 'Too many.',
      value: '21',
      limit: '20',
    },
  ]);
}
