/**
 * A client that lost the answer to `compare` sends it again.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Service } from '../../src/service/service.ts';
import type { Store } from '../../src/store/open-store.ts';
import { setUp, viewer } from '../service/support/set-up.ts';
import { completed } from '../service/support/streams.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { FakeService } from '../support/fake-service.ts';
import { post, startTestServer } from '../support/test-server.ts';
import { openTestStore } from '../support/test-store.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const compare = `mutation { compare(input: { source: { text: "A [MASK]." } idempotencyKey: "lost"
  entrants: [{ label: "a", decoder: { maria: {} } }, { label: "b", decoder: { autoregressive: {} } }] }) {
  ... on Comparison { id entrants { label } } ... on Error { code message } } }`;

it('is back at its comparison, and there is one', async () => {
  const { service, dispatcher } = setUp(store);
  const parts = new (class extends FakeService {
    override readonly comparisons: Service['comparisons'] = service.comparisons;
  })();
  const server = await startTestServer({}, { service: parts });
  const proxy = await startCuttingProxy(server.url, [{ at: '"compare"', isForwarded: false }]);
  try {
    await expect(post(proxy, compare)).rejects.toThrow();
    const answer = await (await post(proxy, compare)).json();
    expect(answer).toMatchObject({
      data: { compare: { entrants: [{ label: 'a' }, { label: 'b' }] } },
    });
    expect(await service.comparisons.count(viewer)).toBe(1);
    expect(dispatcher.admitted).toHaveLength(2);
  } finally {
    proxy.close();
    await server.close();
    for (const id of dispatcher.admitted) dispatcher.tell(id, completed);
    await service.settled();
  }
});
