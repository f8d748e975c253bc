/**
 * The same subscription over each transport, with a socket that tests can pause or cut.
 */
import assert from 'node:assert/strict';
import { openSse } from './sse-client.ts';
import { openWs } from './ws-client.ts';

/** An item of `infillEvents`. */
export type Item = {
  readonly __typename: string;
  readonly seq: number;
  readonly skippedFrom?: number;
  readonly slots?: readonly { readonly text: string }[];
};

/** A subscription in the middle. */
export type Follower = {
  /** Those that have come. */
  readonly items: () => readonly Item[];
  readonly isComplete: () => boolean;
  readonly pingCount: () => number;
  readonly socket: { pause(): void; resume(): void; destroy(): void };
};

/** Subscribes to a run, behind `after` where it is given. */
export type Follow = (url: string, infillId: string, after?: number) => Promise<Follower>;

/** Names with the way to follow a run. */
export const transports = [
  ['server-sent events', followOverSse],
  ['graphql-ws', followOverWs],
] as const satisfies readonly (readonly [string, Follow])[];

async function followOverSse(url: string, infillId: string, after?: number): Promise<Follower> {
  const { items, ...client } = openSse(url, followQuery(infillId, after));
  return { ...client, items: () => items.map(itemOf) };
}

async function followOverWs(url: string, infillId: string, after?: number): Promise<Follower> {
  const { socket, received, subscribe } = await openWs(url);
  subscribe('1', followQuery(infillId, after));
  let pings = 0;
  socket.on('ping', () => {
    pings += 1;
  });
  return {
    items: () =>
      received.flatMap(({ type, payload }) => (type === 'next' ? [itemOf(payload)] : [])),
    isComplete: () => received.some(({ type }) => type === 'complete'),
    pingCount: () => pings,
    socket: {
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      destroy: () => socket.terminate(),
    },
  };
}

function itemOf(result: unknown): Item {
  const { data } = result as { readonly data?: { readonly infillEvents: Item } };
  assert(data !== undefined, JSON.stringify(result));
  return data.infillEvents;
}

function followQuery(infillId: string, after: number | undefined): string {
  return `subscription { infillEvents(id: "${infillId}", after: ${after ?? null}) {
    __typename
    ... on InfillEvent { infillId seq at }
    ... on InfillTokensCommitted { slots { index key text complete } }
    ... on InfillLagged { skippedFrom slots { index key text complete } }
    ... on InfillCompleted { infill { id status } }
  } }`;
}
