/**
 * How long connections are kept, in milliseconds.
 */

/** Set by tests only: what users would set, a proxy in front of the server decides. */
export type ConnectionTiming = {
  /** Between two pings of a WebSocket; one that has not answered by the next ping is gone. */
  readonly keepAliveMs: number;
  /** A client that has read nothing of what waits for it for this long is disconnected. */
  readonly stallMs: number;
};

/** What the server runs with. */
export const connectionTiming: ConnectionTiming = { keepAliveMs: 12_000, stallMs: 60_000 };
