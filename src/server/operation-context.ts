/**
 * What a transport tells of an operation before it is parsed.
 */
import { randomUUID } from 'node:crypto';
import type { Viewer } from '../service/service.ts';

/** Made by a transport for each operation. */
export type OperationContext = {
  readonly requestId: string;
  /** Who asks, found out for this operation; null where nothing but the page is asked for. */
  readonly viewer: Viewer | null;
  /** The socket the operation came over; what is limited per connection is counted by it. */
  readonly connection: object;
  /** Aborts when the client has gone away. */
  readonly signal: AbortSignal;
};

const requestIdPattern = /^[A-Za-z0-9._-]{1,64}$/;

/** The client's request id when it is short and plain, else a new one. */
export function requestIdOf(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && requestIdPattern.test(header) ? header : randomUUID();
}
