/**
 * Fills a text and shows it as it grows, with Apollo Client over a WebSocket (graphql-ws).
 *
 *   npm install @apollo/client graphql graphql-ws rxjs ws lacuna
 *   node apollo.mjs [URL] [TEMPLATE]
 */
import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import { applyInfillEvent, infillEventFields, initialInfillState } from 'lacuna/events';
import { WebSocket } from 'ws';

const [url = 'http://127.0.0.1:4000/graphql', template = 'The [MASK] sat on the [MASK:1-3].'] =
  process.argv.slice(2);
const key = process.env.LACUNA_KEY;

const webSocket = createClient({
  url: url.replace(/^http/, 'ws'),
  // Browsers have their own, and Node from 22 on.
  webSocketImpl: WebSocket,
  connectionParams: key ? { authorization: `Bearer ${key}` } : {},
  // A dropped connection is opened anew, and subscribes again to the same infill: see `idempotencyKey`.
  retryAttempts: 5,
  // What the server refuses, it would refuse again: such as a key.
  shouldRetry: ({ code }) => !(code >= 4400 && code < 4500),
  retryWait: (attempt) => new Promise((resolve) => setTimeout(resolve, 200 * 2 ** attempt)),
});
const apollo = new ApolloClient({ link: new GraphQLWsLink(webSocket), cache: new InMemoryCache() });

const subscription = gql`
  subscription ($input: InfillInput!) { infill(input: $input) { ...InfillEventFields } }
  ${infillEventFields}
`;
const input = {
  source: { text: template },
  // Made once for each infill: requests with the same key and input are one infill for the server, and one run.
  idempotencyKey: crypto.randomUUID(),
};

// Events are no objects to keep: each says what has changed.
const events = apollo.subscribe({ query: subscription, variables: { input }, fetchPolicy: 'no-cache' });
let state = initialInfillState;
await new Promise((resolve, reject) => {
  events.subscribe({
    next({ data, error }) {
      if (error) return reject(error);
      state = applyInfillEvent(state, data.infill);
      console.log(state.text ?? textSoFar(state.slots));
    },
    error: reject,
    complete: resolve,
  });
});
await webSocket.dispose();
apollo.stop();
const problem = state.refusal ?? state.error;
if (state.status !== 'COMPLETED') {
  console.error(problem ? `${problem.code}: ${problem.message}` : `CANCELLED: ${state.cancelReason}`);
  process.exitCode = 1;
}

/** The template with what its slots have. */
function textSoFar(slots) {
  const texts = new Map(slots.map(({ index, text }) => [index, text]));
  let index = 0;
  return template.replace(/\[MASK(?::[\d-]+)?\]/g, (mask) => texts.get(index++) ?? mask);
}
