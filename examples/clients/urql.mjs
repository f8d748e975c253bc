/**
 * Submits a text, then follows it and shows it as it grows, with urql: the infill goes on while nobody listens.
 *
 *   npm install @urql/core graphql graphql-sse lacuna
 *   node urql.mjs [URL] [TEMPLATE]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-sse';
import { applyInfillEvent, infillEventFields, initialInfillState } from 'lacuna/events';

const [url = 'http://127.0.0.1:4000/graphql', template = 'The [MASK] sat on the [MASK:1-3].'] =
  process.argv.slice(2);
const key = process.env.LACUNA_KEY;
const headers = key ? { authorization: `Bearer ${key}` } : {};

const sse = createClient({ url, headers, retryAttempts: 0 });
const urql = new Client({
  url,
  preferGetMethod: false,
  fetchOptions: { headers },
  exchanges: [
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({ unsubscribe: sse.subscribe({ query, variables }, sink) }),
      }),
    }),
    fetchExchange,
  ],
});

const input = {
  source: { text: template },
  // Made once for each infill: an attempt whose answer was lost can be sent again, and is the same infill.
  idempotencyKey: crypto.randomUUID(),
};
const submission = `mutation ($input: InfillInput!) {
  submitInfill(input: $input) {
    ... on Infill { id }
    ... on Error { code message }
    ... on ValidationError { problems { path message } }
  }
}`;
const { submitInfill } = await again(async () => {
  const { data, error } = await urql.mutation(submission, { input });
  if (error) throw error;
  return data;
});
if (submitInfill.id === undefined) throw new Error(`${submitInfill.code}: ${submitInfill.message}`);

const subscription = `
  subscription ($id: ID!, $after: Int) {
    infillEvents(id: $id, after: $after) { ...InfillEventFields }
  }
  ${infillEventFields}
`;
let state = initialInfillState;
// After a dropped connection it goes on behind the last event that came.
await again(() => follow({ id: submitInfill.id, after: state.seq }));
const problem = state.refusal ?? state.error;
if (state.status !== 'COMPLETED') {
  console.error(problem ? `${problem.code}: ${problem.message}` : `CANCELLED: ${state.cancelReason}`);
  process.exitCode = 1;
}

/** Takes in events up to the last one. */
function follow(variables) {
  return new Promise((resolve, reject) => {
    const { unsubscribe } = urql.subscription(subscription, variables).subscribe(take);
    function take({ data, error }) {
      if (error) return reject(error);
      state = applyInfillEvent(state, data.infillEvents);
      console.log(state.text ?? textSoFar(state.slots));
      const isOver = !['QUEUED', 'RUNNING'].includes(state.status) || state.refusal !== null;
      if (isOver) {
        // Not at once: the first event may come before `subscribe` has returned.
        queueMicrotask(() => unsubscribe());
        resolve();
      }
    }
  });
}

/** Tries something up to six times, with longer and longer pauses. */
async function again(action) {
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      return await action();
    } catch {
      await sleep(200 * 2 ** attempt);
    }
  }
  return action();
}

/** The template with what its slots have. */
function textSoFar(slots) {
  const texts = new Map(slots.map(({ index, text }) => [index, text]));
  let index = 0;
  return template.replace(/\[MASK(?::[\d-]+)?\]/g, (mask) => texts.get(index++) ?? mask);
}
