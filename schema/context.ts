/**
 * What resolvers know of the operation they serve.
 *
 * Made by the server once per operation; knows no HTTP.
 */
import DataLoader from 'dataloader';
import type { Comparison } from '../src/service/comparisons.ts';
import type { Infill, Service, Viewer } from '../src/service/service.ts';

/** One operation's context. */
export type Context = {
  readonly viewer: Viewer;
  /** Aborts when the client has gone away. */
  readonly signal: AbortSignal;
  /** Infills by run id; loads of one tick become one call of the service. Nothing is kept: a run changes while it is followed. */
  readonly infills: DataLoader<string, Infill | null>;
  /** Comparisons by id, as infills are loaded. */
  readonly comparisons: DataLoader<string, Comparison | null>;
};

/** Makes the context of one operation. */
export function createContext(service: Service, viewer: Viewer, signal: AbortSignal): Context {
  const terms = { cache: false, maxBatchSize: 100 };
  return {
    viewer,
    signal,
    infills: new DataLoader((ids: readonly string[]) => service.findInfills(ids, viewer), terms),
    comparisons: new DataLoader(
      (ids: readonly string[]) => service.comparisons.find(ids, viewer),
      terms,
    ),
  };
}
