import { describe, expect, it } from 'vitest';
import { encodeId } from '../../schema/global-id.ts';
import { localViewer } from '../../src/service/service.ts';
import { type Api, createApi, type Json, run } from '../support/run-operation.ts';

const plain = { alternatives: 0, samples: 1, lengthSearch: 'CAL', store: 'FULL' } as const;

async function apiWithRuns(count: number): Promise<Api> {
  const api = createApi();
  for (let index = 0; index < count; index++) {
    await api.service.submitInfill({ source: { text: `${index} [MASK]` }, ...plain }, localViewer);
  }
  return api;
}

const idsOf = ({ service }: Api) => service.runs.map(({ id }) => encodeId('Infill', id));

describe('node and nodes', () => {
  it('find an infill, a decoder and a model pack', async () => {
    const api = await apiWithRuns(1);
    const ids = [...idsOf(api), encodeId('Decoder', 'maria'), encodeId('ModelPack', 'fake')];
    const { data } = await run(api, 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', {
      ids,
    });
    expect(data.nodes.map((node: { __typename: string }) => node.__typename)).toEqual([
      'Infill',
      'Decoder',
      'ModelPack',
    ]);
    expect(data.nodes.map((node: { id: string }) => node.id)).toEqual(ids);
  });

  it('answer null for what is no id and for what is not there', async () => {
    const api = createApi();
    const ids = [
      '',
      'nonsense',
      encodeId('Infill', '0192f3a4-5b6c-7d8e-9f01-23456789abcd'),
      encodeId('Decoder', 'none'),
    ];
    const { data, errors } = await run(
      api,
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id } node(id: "x") { id } infill(id: "x") { id } }',
      { ids },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ nodes: [null, null, null, null], node: null, infill: null });
  });

  it('ask the service once for many infills', async () => {
    const api = await apiWithRuns(30);
    await run(api, 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: idsOf(api) });
    expect(api.service.findCalls.map((ids) => ids.length)).toEqual([30]);
  });

  it('refuse more than 100 ids', async () => {
    const { errors } = await run(createApi(), 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: Array(101).fill('x'),
    });
    expect(errors?.[0]?.message).toBe('`nodes` was asked for 101 ids; the limit is 100.');
  });
});

describe('infills', () => {
  const list = `query ($first: Int, $last: Int, $after: String, $filter: InfillFilter, $orderBy: InfillOrder) {
    infills(first: $first, last: $last, after: $after, filter: $filter, orderBy: $orderBy) {
      totalCount nodes { source } edges { cursor node { source } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }`;
  const sources = (data: Json) =>
    data.infills.nodes.map((node: { source: string }) => Number.parseInt(node.source, 10));

  it('are 20 of the newest unless asked otherwise', async () => {
    const { data } = await run(await apiWithRuns(25), list);
    expect(sources(data)).toEqual(Array.from({ length: 20 }, (_, index) => 24 - index));
    expect(data.infills.totalCount).toBe(25);
    expect(data.infills.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  });

  it('go on after a cursor', async () => {
    const api = await apiWithRuns(5);
    const orderBy = { field: 'CREATED_AT', direction: 'ASC' };
    const first = await run(api, list, { first: 2, orderBy });
    const after = first.data.infills.pageInfo.endCursor;
    expect(first.data.infills.edges.at(-1).cursor).toBe(after);
    expect(sources((await run(api, list, { first: 2, after, orderBy })).data)).toEqual([2, 3]);
  });

  it('pass the filter on, and count with it', async () => {
    const api = await apiWithRuns(3);
    await api.service.submitInfill(
      { source: { text: '9 [MASK]' }, ...plain, labels: ['a'] },
      localViewer,
    );
    const { data } = await run(api, list, {
      filter: { labels: ['a'], statuses: ['QUEUED'], decoderNames: null },
    });
    expect(sources(data)).toEqual([9]);
    expect(data.infills.totalCount).toBe(1);
  });

  it.each([
    [{ first: 101 }, '`first` is 101; it is at least 0 and at most 100.'],
    [{ last: -1 }, '`last` is -1; it is at least 0 and at most 100.'],
    [{ first: 1, last: 1 }, '`first` and `last` exclude each other; give one of them.'],
    [
      { filter: { statuses: Array(101).fill('QUEUED') } },
      '`statuses` has 101 entries; the limit is 100.',
    ],
    [
      { filter: { decoderNames: Array(101).fill('maria') } },
      '`decoderNames` has 101 entries; the limit is 100.',
    ],
    [{ filter: { labels: ['a', 'b\0'] } }, 'An entry of `labels` has U+0000, which no infill has.'],
  ])('refuse %j', async (variables, message) => {
    const { errors } = await run(createApi(), list, variables);
    expect(errors?.[0]?.message).toBe(message);
  });

  it('do not load nodes one by one', async () => {
    const api = await apiWithRuns(10);
    await run(api, list);
    expect(api.service.findCalls).toEqual([]);
  });
});

describe('models and decoders', () => {
  it('tell what there is', async () => {
    const { data, errors } = await run(
      createApi(),
      `{ models { name digest device state roles { role parameters sizeBytes } decoders { name } tokenize(text: "ab") { ids texts } }
         decoders { name requiredRoles capabilities { streams likelihood features sampling } optionsSchema }
         viewer { owner maxQueuedRuns } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.models).toMatchObject([
      {
        name: 'fake',
        device: 'CPU',
        state: 'READY',
        roles: [{ role: 'CAUSAL', parameters: '5000000000', sizeBytes: '20000000000' }],
        decoders: [{ name: 'maria' }, { name: 'autoregressive' }],
        tokenize: { ids: [0, 1], texts: ['a', 'b'] },
      },
    ]);
    expect(data.decoders[0]).toMatchObject({
      name: 'maria',
      capabilities: { streams: 'LEFT_TO_RIGHT' },
    });
    expect(data.decoders[0].optionsSchema.type).toBe('object');
    expect(data.viewer).toEqual({ owner: 'local', maxQueuedRuns: 64 });
  });
});
