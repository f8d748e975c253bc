/**
 * Fills a text and shows it as it grows, over server-sent events: with graphql-sse, in Node or a browser.
 *
 *   npm install graphql-sse lacuna
 *   node sse.mjs [URL] [TEMPLATE]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-sse';
import { applyInfillEvent, infillEventFields, initialInfillState } from 'lacuna/events';

const [url = 'http://127.0.0.1:4000/graphql', template = 'The [MASK] sat on the [MASK:1-3].'] =
  process.argv.slice(2);
const key = process.env.LACUNA_KEY;

const client = createClient({
  url,
  headers: key ? { authorization: `Bearer ${key}` } : {},
  // A dropped connection is opened anew with the same request. It asks for the same infill: see `idempotencyKey`.
  retryAttempts: 5,
  retry: (attempt) => sleep(200 * 2 ** attempt),
});

const query = `
  subscription ($input: InfillInput!) { infill(input: $input) { ...InfillEventFields } }
  ${infillEventFields}
`;
const input = {
  source: { text: template },
  // Made once for each infill. The server takes all requests with this key and input for one, so that sending it again
  // never starts a second run; its events come again from the first, and the ones that are known change nothing.
  idempotencyKey: crypto.randomUUID(),
};

let state = initialInfillState;
for await (const { data, errors } of client.iterate({ query, variables: { input } })) {
  if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
  state = applyInfillEvent(state, data.infill);
  console.log(state.text ?? textSoFar(state.slots));
}
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
