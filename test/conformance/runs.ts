/**
 * Runs one decoder through the engine on models that compute nothing, and keeps all that can be seen of it.
 */
import { InfillEngine } from '../../src/decoding/infill-engine.ts';
import type { InfillRequest } from '../../src/decoding/infill-request.ts';
import { type AnyDecoderPlugin, createRegistry } from '../../src/decoding/registry.ts';
import type { CommittedToken, Outcome, RunProgress } from '../../src/decoding/run-event.ts';
import type { EngineLimits } from '../../src/decoding/scheduler.ts';
import { InfillError } from '../../src/errors.ts';
import type { LoadedModels } from '../../src/model/models.ts';
import type { Tokenizer } from '../../src/text/tokenizer.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { fakeModels } from '../support/fake-models.ts';

/** What an engine is made of when it is not the usual; limits are merged. */
export type EngineSetting = {
  readonly models: LoadedModels;
  readonly tokenizer: Tokenizer;
  readonly others: readonly AnyDecoderPlugin[];
} & EngineLimits;

/** For one check on a busy machine; most take a fraction of a second. */
export const checkTimeoutMs = 60_000;

const never = new AbortController().signal;

/** One engine with one decoder, or more, over fake models and bytes as tokens. */
export function engineOf(
  plugin: AnyDecoderPlugin,
  setting: Partial<EngineSetting> = {},
): InfillEngine {
  const {
    tokenizer = new ByteTokenizer([' the', ' cat', ' sat', 'é']),
    models = fakeModels({ vocabularySize: tokenizer.vocabularySize }),
    others = [],
    ...limits
  } = setting;
  return new InfillEngine({
    models,
    tokenizer,
    registry: createRegistry([plugin, ...others]),
    limits: { maxRunning: 8, maxWaiting: 64, maxBytes: 2 ** 30, ...limits },
    now: () => 0,
  });
}

/** A request of token ids with defaults. */
export function requestOf(plugin: AnyDecoderPlugin, change: Partial<InfillRequest>): InfillRequest {
  return {
    source: { tokens: [10, null, 12] },
    decoder: { name: plugin.name, options: {} },
    sampling: {},
    seed: 1n,
    alternatives: 0,
    samples: 1,
    lengthSearch: 'CAL',
    ...change,
  };
}

/** All progress of one run. */
export async function progressOf(
  engine: InfillEngine,
  request: InfillRequest,
  signal: AbortSignal = never,
): Promise<RunProgress[]> {
  const all: RunProgress[] = [];
  for await (const progress of engine.infill(request, { signal, submittedAt: 0 }))
    all.push(progress);
  return all;
}

/** The outcome at the end of a run that completed. @throws what failed it, with its code. */
export function completedOutcome(progress: readonly RunProgress[]): Outcome {
  const last = progress.at(-1);
  if (last?.type === 'completed') return last.outcome;
  if (last?.type !== 'failed') throw new Error(`The run ended as "${last?.type}".`);
  const { code, message } = last.error;
  throw new InfillError(code, `The run failed. ${message}`, { cause: last.cause });
}

/** What a run that completes produced. */
export async function outcomeOf(engine: InfillEngine, request: InfillRequest): Promise<Outcome> {
  return completedOutcome(await progressOf(engine, request));
}

/** The committed tokens of all slots, by position. */
export const tokensOf = (outcome: Outcome): CommittedToken[] =>
  outcome.slots.flatMap(({ tokens }) => tokens);

/** Their ids. */
export const idsOf = (outcome: Outcome): number[] => tokensOf(outcome).map(({ id }) => id);
