/**
 * A checked request as a run that is to be stored.
 */
import type { NewRun } from '../store/runs.ts';
import { uuidV7 } from '../store/uuid-v7.ts';
import type { PreparedRequest } from './prepared-request.ts';

/** What of a run is not in its request. */
export type RunOrigin = Pick<
  NewRun,
  'owner' | 'storePolicy' | 'labels' | 'idempotencyKey' | 'inputDigest' | 'benchmarkId'
> & {
  /** Milliseconds since the epoch. */
  readonly submittedAt: number;
};

/** Makes a run with an id of its own. */
export function newRun(
  { submittedAt, ...origin }: RunOrigin,
  { pack, request, prepared }: PreparedRequest,
): NewRun {
  return {
    ...origin,
    id: uuidV7(submittedAt),
    createdAt: new Date(submittedAt),
    source: request.source,
    decoderName: request.decoder.name,
    packId: pack.id,
    modelDigest: pack.digest,
    settings: prepared.settings,
    seed: request.seed,
    promptTokens: prepared.promptTokens,
  };
}
