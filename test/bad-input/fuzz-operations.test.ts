/**
 * Random and mutated requests against the built server: each has one of the answers that clients know, and the server
 * is as it was.
 *
 * `npm run build` comes first. A failure names its seed and the smallest input it was found with.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { errorFamilies } from '../../src/errors.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { resultFields } from './graphql-answer.ts';
import { inputOf, mutatedInput, oddText, withOddValues } from './odd-values.ts';
import { type Reply, type ServerUnderTest, startServerUnderTest } from './server-under-test.ts';

const root = temporaryFolder();
let server: ServerUnderTest;
beforeAll(async () => {
  server = await startServerUnderTest(root);
}, 60_000);
afterAll(() => server.stop());

/** What GraphQL and its server say themselves. */
const libraryCodes = [
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
];
const knownCodes = [...Object.keys(errorFamilies), ...libraryCodes];

/** Wall time, not runs, bounds what a slow machine does. */
const bounds = { seed: 20_261, interruptAfterTimeLimit: 15_000 } as const;

function expectKnown({ status, body }: Reply): void {
  expect([200, 400]).toContain(status);
  for (const { message, extensions } of body.errors ?? []) {
    expect(message).not.toBe('Internal error');
    expect(knownCodes).toContain(extensions?.['code']);
  }
  if (body.errors === undefined) expect(body.data).toBeTypeOf('object');
}

async function expectUnharmed(): Promise<void> {
  expect(await server.state()).toEqual({ isReady: true, storedCount: 0, liveCount: 0 });
  expect(server.newDefects()).toEqual([]);
}

const planQuery = `query ($input: InfillInput!) { planInfill(input: $input) ${resultFields} }`;
const scoreQuery = `mutation ($input: ScoreInfillInput!) { scoreInfill(input: $input) ${resultFields} }`;

describe('the running server', { timeout: 60_000 }, () => {
  it('answers mutated inputs of plans and scores', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(planQuery, scoreQuery),
        mutatedInput,
        async (query, input) => {
          const hasFill = query === scoreQuery;
          const variables = JSON.stringify({
            input: hasFill ? input : { ...input, fill: undefined },
          });
          expectKnown(await server.ask(query, variables));
        },
      ),
      { ...bounds, numRuns: 600 },
    );
    await expectUnharmed();
  });

  it('answers texts of odd characters and masks', async () => {
    await fc.assert(
      fc.asyncProperty(oddText, async (text) => {
        expectKnown(await server.ask(planQuery, JSON.stringify({ input: inputOf(text) })));
      }),
      { ...bounds, numRuns: 300 },
    );
    await expectUnharmed();
  });

  it('answers any JSON in place of variables', async () => {
    await fc.assert(
      fc.asyncProperty(withOddValues, async (value) => {
        expectKnown(await server.ask(planQuery, JSON.stringify(value) ?? 'null'));
      }),
      { ...bounds, numRuns: 300 },
    );
    await expectUnharmed();
  });

  it('answers mutated documents', async () => {
    const document = `query ($first: Int = 3) { infills(first: $first, filter: { labels: ["a"] }) { totalCount edges { cursor node { ...f } } } } fragment f on Infill { id slots { text } }`;
    const cut = fc.tuple(fc.nat(document.length), fc.nat(9), fc.string({ maxLength: 5 }));
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { minLength: 1, maxLength: 3 }), async (cuts) => {
        const text = cuts.reduce(
          (cutText, [at, count, put]) => cutText.slice(0, at) + put + cutText.slice(at + count),
          document,
        );
        expectKnown(await server.ask(text));
      }),
      { ...bounds, numRuns: 400 },
    );
    await expectUnharmed();
  });

  it('answers or closes for mutated WebSocket frames, and never by a defect', async () => {
    await fc.assert(
      fc.asyncProperty(frames, async (sequence) => {
        const { closeCodes, errors } = await exchange(sequence);
        for (const code of closeCodes)
          expect([1000, 1003, 1007, 4400, 4401, 4409, 4429]).toContain(code);
        expect(errors).not.toContain('Internal error');
      }),
      { ...bounds, numRuns: 250 },
    );
    await expectUnharmed();
  });
});

const message = fc.record(
  {
    type: fc.constantFrom(
      'connection_init',
      'subscribe',
      'complete',
      'ping',
      'pong',
      'next',
      'error',
      'x',
      '',
    ),
    id: fc.oneof(fc.constantFrom('1', '2', '', '__proto__'), withOddValues),
    payload: fc.oneof(
      fc.record(
        {
          query: fc.oneof(
            fc.constantFrom(
              '{ __typename }',
              'subscription { infillEvents(id: "x") { __typename } }',
              '{',
            ),
            withOddValues,
          ),
          variables: withOddValues,
          operationName: withOddValues,
        },
        { requiredKeys: [] },
      ),
      withOddValues,
    ),
  },
  { requiredKeys: ['type'] },
);
const frame = fc.oneof(
  { weight: 8, arbitrary: message.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
);
const frames = fc.array(frame, { minLength: 1, maxLength: 6 });

type Exchange = { readonly closeCodes: readonly number[]; readonly errors: readonly string[] };

/** Sends frames after the handshake, then a ping; ends with its pong, or with the close. */
function exchange(sequence: readonly (string | Uint8Array)[]): Promise<Exchange> {
  return new Promise((resolve) => {
    const errors: string[] = [];
    const socket = new WebSocket(
      `${server.url.replace('http', 'ws')}/graphql`,
      'graphql-transport-ws',
    );
    const end = (closeCodes: readonly number[]) => {
      socket.terminate();
      resolve({ closeCodes, errors });
    };
    socket.on('error', () => undefined);
    socket.on('close', (code) => end([code]));
    socket.on('pong', () => end([]));
    socket.on('message', (text) => {
      const { type, payload } = JSON.parse(String(text));
      if (type === 'error') errors.push(...payload.map((error: Error) => error.message));
    });
    socket.on('open', () => {
      socket.send('{"type":"connection_init"}');
      for (const each of sequence) socket.send(each);
      socket.ping();
    });
  });
}
