/**
 * What resolvers know of the operation they serve.
 *
 * Made by the server once per operation; knows no HTTP.
 */
import DataLoader from 'dataloader';
import type { Infill, Service, Viewer } from '../src/service/service.ts';

/** One operation's context. */
export type Context = {
  readonly viewer: Viewer;
  /** Aborts when the client has gone away. */
  readonly signal: AbortSignal;
  /** Infills by run id; loads of one tick become one call of the service. Nothing is kept: a run changes while it is followed. */
  readonly infills: DataLoader<string, Infill | null>;
};

/** Makes the context of one operation. */
export function createContext(service: Service, viewer: Viewer, signal: AbortSignal): Context {
  const infills = new DataLoader((ids: readonly string[]) => service.findInfills(ids, viewer), {
    cache: false,
    maxBatchSize: 100,
  });
  return { viewer, signal, infills };
}
