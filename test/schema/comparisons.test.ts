import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../schema/build-schema.ts';
import { encodeId } from '../../schema/global-id.ts';
import type { Store } from '../../src/store/open-store.ts';
import { setUp } from '../service/support/set-up.ts';
import { committed, completed } from '../service/support/streams.ts';
import { items, run } from '../support/run-operation.ts';
import { openTestStore } from '../support/test-store.ts';

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

function api() {
  const { service, dispatcher } = setUp(store);
  return { service, dispatcher, api: { service, schema: buildSchema(service) } };
}

const entrants = `[{ label: "both", decoder: { maria: {} } },
  { label: "left", decoder: { plugin: { name: "autoregressive", options: {} } } }]`;
const compare = (input: string) => `mutation { compare(input: { source: { text: "A [MASK]." }
  ${input} }) { __typename ... on Comparison { id source entrants { index label infill { id status } }
  infills { decoderName seed comparison { id } } }
  ... on Error { message code } ... on ValidationError { problems { path message } } } }`;
const follow = (id: string) => `subscription { comparisonEvents(id: "${id}") { __typename
  ... on ComparisonEvent { comparisonId seq entrant label event { __typename infillId seq
    ... on InfillTokensCommitted { tokens { id maskedShare } } ... on InfillCompleted { infill { status } } } }
  ... on Error { code } } }`;

describe('compare', () => {
  it('answers with the comparison, which is found by its id and in the list', async () => {
    const { api: own, dispatcher, service } = api();
    const { data } = await run(own, compare(`entrants: ${entrants}, seed: "5"`));
    const { id, ...comparison } = data.compare;
    const infillIds = dispatcher.admitted.map((runId) => encodeId('Infill', runId));
    expect(comparison).toMatchObject({
      __typename: 'Comparison',
      source: 'A [MASK].',
      entrants: [
        { index: 0, label: 'both', infill: { id: infillIds[0], status: 'QUEUED' } },
        { index: 1, label: 'left', infill: { id: infillIds[1], status: 'QUEUED' } },
      ],
      infills: [
        { decoderName: 'maria', seed: '5', comparison: { id } },
        { decoderName: 'autoregressive', seed: '5', comparison: { id } },
      ],
    });
    const found = await run(
      own,
      `{ comparison(id: "${id}") { id } node(id: "${id}") { __typename id }
         comparisons(first: 1) { nodes { id } pageInfo { hasPreviousPage } totalCount }
         none: comparison(id: "${infillIds[0]}") { id } }`,
    );
    expect(found.data).toMatchObject({
      comparison: { id },
      node: { __typename: 'Comparison', id },
      comparisons: { nodes: [{ id }], pageInfo: { hasPreviousPage: false } },
      none: null,
    });
    for (const runId of dispatcher.admitted) dispatcher.tell(runId, completed);
    await service.settled();
  });

  it('tells every mistake where the client made it', async () => {
    const { api: own } = api();
    const wrong = `[{ label: "", model: "x" }, { label: "b", decoder: { maria: {} },
      sampling: { temperature: 0 } }]`;
    const { data } = await run(own, compare(`entrants: ${wrong}, deadlineMs: 0`));
    expect(data.compare.__typename).toBe('ValidationError');
    expect(data.compare.problems.map(({ path }: { path: string[] }) => path.join('.'))).toEqual([
      'deadlineMs',
      'entrants.0.label',
      'entrants.0.model',
    ]);
  });
});

describe('comparisonEvents', () => {
  it('tells the events of all infills with their entrants', async () => {
    const { api: own, dispatcher, service } = api();
    const { data } = await run(own, compare(`entrants: ${entrants}`));
    const [first = '', second = ''] = dispatcher.admitted;
    dispatcher.tell(first, { type: 'started' }, committed, completed);
    dispatcher.tell(second, completed);
    await service.settled();
    const told = await items(own, follow(data.compare.id));
    expect(told.map(({ seq, label, event }) => [seq, label, event.__typename, event.seq])).toEqual([
      [0, 'both', 'InfillQueued', 0],
      [1, 'both', 'InfillStarted', 1],
      [2, 'both', 'InfillTokensCommitted', 2],
      [3, 'both', 'InfillCompleted', 3],
      [4, 'left', 'InfillQueued', 0],
      [5, 'left', 'InfillCompleted', 1],
    ]);
    expect(told[2].event.tokens).toEqual([{ id: expect.any(Number), maskedShare: null }]);
    expect(told[3]).toMatchObject({
      comparisonId: data.compare.id,
      event: { infillId: encodeId('Infill', first), infill: { status: 'COMPLETED' } },
    });
  });

  it('says that there is no such comparison', async () => {
    const { api: own } = api();
    for (const id of ['x', encodeId('Comparison', '00000000-0000-7000-8000-000000000000')]) {
      expect(await items(own, follow(id))).toEqual([
        { __typename: 'NotFoundError', code: 'UNKNOWN_COMPARISON' },
      ]);
    }
  });
});
