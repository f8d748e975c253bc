import { describe, expect, it } from 'vitest';
import { encodeId } from '../../schema/global-id.ts';
import { problemsError } from '../../src/errors.ts';
import { createApi, run } from '../support/run-operation.ts';

const deletion = `mutation ($input: DeleteInfillsInput!) { deleteInfills(input: $input) { __typename
  ... on DeletedInfills { count }
  ... on ValidationError { problems { path code message value limit } }
  ... on Error { code message } } }`;
const runId = '01890000-0000-7000-8000-000000000001';
const globalId = encodeId('Infill', runId);

describe('deleteInfills', () => {
  it('deletes by ids, and tells how many', async () => {
    const api = createApi();
    const { data } = await run(api, deletion, { input: { ids: [globalId] } });
    expect(data.deleteInfills).toEqual({ __typename: 'DeletedInfills', count: 1 });
    expect(api.service.selections).toEqual([{ ids: [runId] }]);
  });

  it('deletes what ended before a time', async () => {
    const api = createApi();
    const input = { finishedBefore: '2026-01-02T03:04:05.000Z' };
    const { data } = await run(api, deletion, { input });
    expect(data.deleteInfills).toEqual({ __typename: 'DeletedInfills', count: 0 });
    expect(api.service.selections).toEqual([{ finishedBefore: new Date(input.finishedBefore) }]);
  });

  it('leaves an id of something else in its place', async () => {
    const api = createApi();
    const ids = ['what?', globalId, encodeId('Decoder', 'maria')];
    await run(api, deletion, { input: { ids } });
    expect(api.service.selections).toEqual([{ ids: ['', runId, ''] }]);
  });

  it.each([0, 101])('refuses a list of %i ids', async (count) => {
    const api = createApi();
    const { data } = await run(api, deletion, { input: { ids: Array(count).fill(globalId) } });
    expect(data.deleteInfills).toMatchObject({
      __typename: 'ValidationError',
      problems: [{ path: ['ids'], value: String(count), limit: 'from 1 to 100' }],
    });
    expect(api.service.selections).toEqual([]);
  });

  it('gives the problems of ids as data', async () => {
    const api = createApi();
    const problem = { path: ['ids', '0'], message: 'Why.', value: 'QUEUED', limit: null };
    api.service.failure = problemsError([{ ...problem, code: 'INVALID_INPUT' }]);
    const { data } = await run(api, deletion, { input: { ids: [globalId] } });
    expect(data.deleteInfills.problems).toEqual([{ ...problem, code: 'INVALID_INPUT' }]);
  });

  it.each([{}, { ids: [globalId], finishedBefore: '2026-01-02T03:04:05.000Z' }])(
    'takes exactly one of its fields: %j',
    async (input) => {
      const { errors } = await run(createApi(), deletion, { input });
      expect(errors?.[0]?.message).toMatch(/[Ee]xactly one/);
    },
  );
});
