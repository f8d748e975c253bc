import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InfillError } from '../../src/errors.ts';
import { post, startTestServer, type TestServer, until } from '../support/test-server.ts';
import { openWs } from '../support/ws-client.ts';

const plan = '{ planInfill(input: { source: { text: "[MASK]" } }) { __typename } }';
const score = `mutation { scoreInfill(input: { source: { text: "[MASK]" }, fill: { slots: ["x"] } }) {
  __typename ... on QueueFullError { code retryAfterMs } } }`;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const get = (query: string) =>
  fetch(`${server.url}/graphql?${new URLSearchParams({ query })}`, {
    headers: { accept: 'application/json' },
  });

/** Waits until the fake service has as many scores that nobody has left as `count` says. */
const untilHeld = (count: number) => until(() => server.service.heldScores === count);

describe('over GET', () => {
  it('plans are made', async () => {
    const response = await get(plan);
    expect(await response.json()).toEqual({ data: { planInfill: { __typename: 'InfillPlan' } } });
  });

  it('scores are not', async () => {
    const before = server.service.scoreInputs.length;
    expect((await get(score)).status).toBe(405);
    expect(server.service.scoreInputs.length).toBe(before);
  });
});

describe('a score whose client leaves', () => {
  it('is ended over HTTP', async () => {
    server.service.isScoreHeld = true;
    const gone = new AbortController();
    const answer = post(server, score, { signal: gone.signal });
    await untilHeld(1);
    gone.abort();
    await expect(answer).rejects.toThrow();
    await untilHeld(0);
    server.service.isScoreHeld = false;
  });

  it('is ended over graphql-ws', async () => {
    server.service.isScoreHeld = true;
    const client = await openWs(server.url);
    client.subscribe('1', score);
    await untilHeld(1);
    client.send({ id: '1', type: 'complete' });
    await untilHeld(0);
    client.socket.close();
    server.service.isScoreHeld = false;
  });
});

describe('a score that is turned away', () => {
  it('is told when to come back', async () => {
    server.service.failure = new InfillError('QUEUE_FULL', 'Full.', { retryAfterMs: 250 });
    const response = await post(server, score);
    expect(await response.json()).toEqual({
      data: {
        scoreInfill: { __typename: 'QueueFullError', code: 'QUEUE_FULL', retryAfterMs: 250 },
      },
    });
    server.service.failure = null;
  });
});
