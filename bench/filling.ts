/**
 * One filling of a long mask, timed by whoever receives its tokens: through the library, or through one subscription.
 */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type Pack, streamInfill } from '../src/index.ts';

/** What is filled, and how. */
export type Filling = {
  readonly text: string;
  readonly decoder: 'maria' | 'autoregressive';
  /** Options of the decoder. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: bigint;
};

/** Rates of one filling, as its receiver saw it. */
export type Rates = {
  /** Tokens per second from the first arrival to the last one, without the tokens of the first. */
  readonly decoding: number;
  /** Tokens per second from the request to the end. */
  readonly wholeRun: number;
  readonly filledText: string;
};

type Arrival = { readonly at: number; readonly count: number };

/** A text with one mask, which takes most of a context. */
export function longText(openCount: number): string {
  return `Once upon a time there was a [MASK:${openCount}] and so they lived.`;
}

/** Fills in this process. */
export async function fillThroughLibrary(pack: Pack, filling: Filling): Promise<Rates> {
  const { text, seed, decoder, options } = filling;
  const sampling = { temperature: 1 };
  const arrivals: Arrival[] = [];
  const start = performance.now();
  for await (const progress of streamInfill(pack, text, { decoder, options, seed, sampling })) {
    if (progress.type === 'committed') {
      arrivals.push({ at: performance.now(), count: progress.tokens.length });
    }
    if (progress.type === 'completed') {
      return ratesOf(start, arrivals, progress.outcome.text ?? '');
    }
  }
  throw new Error(`The library did not complete a run of ${decoder}.`);
}

/** What a client that shows tokens as they come asks for. */
const subscription = `
  subscription Fill($input: InfillInput!) {
    infill(input: $input) {
      __typename
      ... on InfillEvent { seq at }
      ... on InfillTokensCommitted {
        tokens { slot index position id text logProb step }
        slots { index text complete }
      }
      ... on InfillCompleted { infill { id status text } }
      ... on Error { code message }
    }
  }`;

type Item = {
  readonly __typename: string;
  readonly tokens?: readonly unknown[];
  readonly infill?: { readonly text: string };
};

/** Fills in a server, over server-sent events. @param url - the server's, without a path. */
export async function fillThroughSubscription(url: string, filling: Filling): Promise<Rates> {
  const { text, seed, decoder, options } = filling;
  const input = {
    source: { text },
    decoder: { [decoder]: options },
    sampling: { temperature: 1 },
    seed: String(seed),
  };
  const arrivals: Arrival[] = [];
  const start = performance.now();
  const response = await subscribe(`${url}/graphql`, { query: subscription, variables: { input } });
  for await (const item of itemsOf(response)) {
    if (item.tokens) arrivals.push({ at: performance.now(), count: item.tokens.length });
    if (item.__typename === 'InfillCompleted') {
      return ratesOf(start, arrivals, item.infill?.text ?? '');
    }
  }
  throw new Error(`The subscription did not complete a run of ${decoder}.`);
}

/** By Node's own client: `fetch` and its streams take 1.4 times the processor time, and the model has what is left. */
async function subscribe(url: string, body: unknown): Promise<IncomingMessage> {
  const asked = request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
  });
  asked.end(JSON.stringify(body));
  const [response]: IncomingMessage[] = await once(asked, 'response');
  if (response?.statusCode !== 200) {
    response?.destroy();
    throw new Error(`The server answered ${response?.statusCode}.`);
  }
  return response.setEncoding('utf8');
}

/** The items of a subscription's event stream; its messages are separated by empty lines. */
async function* itemsOf(response: IncomingMessage): AsyncGenerator<Item> {
  let rest = '';
  for await (const part of response) {
    const messages = (rest + part).split('\n\n');
    rest = messages.pop() ?? '';
    for (const message of messages) {
      const item = itemOf(message);
      if (item !== null) yield item;
    }
  }
}

/** Null for the messages that carry no result: pings, and the last one. */
function itemOf(message: string): Item | null {
  const data = message.split('\n').find((line) => line.startsWith('data: {'));
  if (data === undefined) return null;
  const result = JSON.parse(data.slice('data: '.length));
  if (result.errors !== undefined) throw new Error(JSON.stringify(result.errors));
  return result.data.infill;
}

function ratesOf(start: number, arrivals: readonly Arrival[], filledText: string): Rates {
  const end = performance.now();
  const [first, last] = [arrivals[0], arrivals.at(-1)];
  if (first === undefined || last === undefined) throw new Error('No token arrived.');
  const count = arrivals.reduce((sum, arrival) => sum + arrival.count, 0);
  return {
    decoding: (1000 * (count - first.count)) / (last.at - first.at),
    wholeRun: (1000 * count) / (end - start),
    filledText,
  };
}
