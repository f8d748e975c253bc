/**
 * Lacuna as a library: a pack and its decoders in this process, without server or database.
 *
 * @example
 * const pack = await openPack();
 * const { text } = await infill(pack, 'The [MASK] sat.', { decoder: 'maria', seed: 7n });
 * await pack.close();
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { builtInDecoders } from './decoders.ts';
import { InfillEngine } from './decoding/infill-engine.ts';
import type {
  GivenFill,
  InfillRequest,
  LengthSearch,
  SourceRequest,
} from './decoding/infill-request.ts';
import { type AnyDecoderPlugin, createRegistry } from './decoding/registry.ts';
import type { Outcome, RunProgress, ScoredFill } from './decoding/run-event.ts';
import type { SamplingParams } from './decoding/sampling-params.ts';
import { InfillError } from './errors.ts';
import { checkedPlugins } from './import-plugins.ts';
import type { Device } from './model/devices.ts';
import { packageRoot } from './package-root.ts';
import { openPack as openPackFolder } from './packs/open-pack.ts';

export type { GivenFill, LengthSearch, SourceRequest } from './decoding/infill-request.ts';
export type {
  Candidate,
  CommittedToken,
  FilledSlot,
  Outcome,
  RunProgress,
  ScoredFill,
} from './decoding/run-event.ts';
export { InfillError } from './errors.ts';

/** Which pack, and what it runs on. */
export type PackOptions = {
  /** The bundled pack when absent. */
  readonly folder?: string;
  /** cpu when absent. */
  readonly device?: Device;
  /** Threads of a model pass; as many as suit the machine when absent. */
  readonly threads?: number;
  /** Decoders besides the built-in ones, which stay the first; their code runs in this process. */
  readonly decoders?: readonly AnyDecoderPlugin[];
};

/** An open pack. */
export type Pack = {
  /** `engine.decoderNames` are the decoders it supports; the first is the default. */
  readonly engine: InfillEngine;
  /** Frees the models; call it once no run is left. */
  close(): Promise<void>;
};

/** How a text is filled; what is absent has the default that the API documents. */
export type InfillOptions = {
  readonly decoder?: string;
  /** Options of the decoder. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly sampling?: Partial<SamplingParams>;
  /** In [0, 2^63); random when absent. */
  readonly seed?: bigint;
  /** Per committed token, at most 20. */
  readonly alternatives?: number;
  /** Whole candidates, at most 16; 1 when absent. */
  readonly samples?: number;
  /** How unknown lengths are decided; CAL when absent. */
  readonly lengthSearch?: LengthSearch;
  /** An abort ends the run before its next step, a score before its next pass. */
  readonly signal?: AbortSignal;
};

/** Which fill of a text, and under what; nothing is drawn, so no sampling has a part in it. */
export type ScoringOptions = Pick<InfillOptions, 'decoder' | 'options' | 'seed' | 'signal'> & {
  readonly fill: GivenFill;
  /** Random masks that an ELBO is the mean of, from 1 to 1024; 16 when absent. */
  readonly draws?: number;
};

const now = () => performance.now();

/** Runs of one pack that decode in turns; the others wait. */
const limits = { maxRunning: 8, maxWaiting: 1024, maxBytes: 2 ** 31 };

/**
 * Opens a pack.
 *
 * @throws INVALID_PACK, DEVICE_UNAVAILABLE; INVALID_PLUGIN with all that is wrong with `decoders`, DUPLICATE_DECODER
 */
export async function openPack(options: PackOptions = {}): Promise<Pack> {
  const folder = options.folder ?? join(packageRoot(), 'models/bundled');
  const { device = 'cpu', threads = null, decoders = [] } = options;
  const registry =
    decoders.length === 0
      ? builtInDecoders
      : createRegistry([...builtInDecoders.plugins, ...checkedPlugins(decoders, 'decoders')]);
  const { models, tokenizer, close } = await openPackFolder(folder, { device, threads });
  const engine = new InfillEngine({
    models,
    tokenizer,
    registry,
    limits,
    now,
  });
  return { engine, close };
}

/**
 * Fills every mask of a text and returns what came out.
 *
 * @param source - a template, `The [MASK:2] sat.`, or segments or token ids.
 * @throws the caller's mistakes, all at once; CANCELLED when `signal` aborts; DECODE_FAILED
 */
export async function infill(
  pack: Pack,
  source: string | SourceRequest,
  options: InfillOptions = {},
): Promise<Outcome & { readonly text: string }> {
  for await (const progress of streamInfill(pack, source, options)) {
    switch (progress.type) {
      case 'completed':
        return filled(progress.outcome);
      case 'failed':
        throw failureOf(progress);
      case 'cancelled':
        throw new InfillError('CANCELLED', 'The run was cancelled.');
      default:
    }
  }
  throw new InfillError('DECODE_FAILED', 'The run ended without an outcome.');
}

function failureOf({ error, cause }: Extract<RunProgress, { type: 'failed' }>): InfillError {
  return new InfillError(error.code, error.message, { cause });
}

/** A run completes only once its text is whole. */
function filled(outcome: Outcome): Outcome & { readonly text: string } {
  const { text } = outcome;
  assert(text !== null, 'A completed run has a text.');
  return { ...outcome, text };
}

/**
 * Fills every mask of a text and reports each step; the last entry is terminal. Leaving the loop cancels the run.
 *
 * @throws the caller's mistakes, all at once
 */
export async function* streamInfill(
  pack: Pack,
  source: string | SourceRequest,
  options: InfillOptions = {},
): AsyncGenerator<RunProgress> {
  const signal = options.signal ?? new AbortController().signal;
  yield* pack.engine.infill(requestOf(pack, source, options), { signal, submittedAt: now() });
}

/**
 * Returns the log-likelihood of a given fill, at temperature 1.
 *
 * @throws the caller's mistakes; UNSUPPORTED when the decoder has no likelihood with these options; CANCELLED when
 *   `signal` aborts
 */
export function score(
  pack: Pack,
  source: string | SourceRequest,
  { fill, draws = 16, ...options }: ScoringOptions,
): Promise<ScoredFill> {
  const signal = options.signal ?? new AbortController().signal;
  return pack.engine.score({ request: requestOf(pack, source, options), fill, draws }, signal);
}

function requestOf(
  pack: Pack,
  source: string | SourceRequest,
  options: InfillOptions,
): InfillRequest {
  const [defaultDecoder = ''] = pack.engine.decoderNames;
  return {
    source: typeof source === 'string' ? { text: source } : source,
    decoder: { name: options.decoder ?? defaultDecoder, options: options.options ?? {} },
    sampling: options.sampling ?? {},
    seed: options.seed ?? randomBytes(8).readBigUInt64BE() >> 1n,
    alternatives: options.alternatives ?? 0,
    samples: options.samples ?? 1,
    lengthSearch: options.lengthSearch ?? 'CAL',
  };
}
