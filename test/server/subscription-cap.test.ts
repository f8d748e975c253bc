import { expect, it } from 'vitest';
import { buildSchema } from '../../schema/build-schema.ts';
import { createGraphql } from '../../src/server/graphql.ts';
import { createLogger } from '../../src/server/logger.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import { localViewer } from '../../src/service/service.ts';
import { FakeService } from '../support/fake-service.ts';
import { noReceipts } from '../support/test-server.ts';

it('holds no place for a client that left before its subscription began', async () => {
  const service = new FakeService();
  const graphql = createGraphql({
    config: { graphiql: false, maxSubscriptions: 1, maxSubscriptionsPerConnection: 1 },
    service,
    schema: buildSchema(service),
    receipts: noReceipts,
    logger: createLogger('silent'),
    metrics: createMetrics(),
  });
  const subscribe = (signal: AbortSignal) => {
    const query = 'subscription { infill(input: { source: { text: "[MASK]" } }) { __typename } }';
    const request = new Request('http://127.0.0.1/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query }),
    });
    return graphql.fetch(request, {
      requestId: 'x',
      viewer: localViewer,
      connection: graphql,
      signal,
    });
  };
  // Its answer is read by nobody.
  await subscribe(AbortSignal.abort());
  const answer = await subscribe(new AbortController().signal);

  expect(await answer.text()).toContain('InfillCompleted');
});
