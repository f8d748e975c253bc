import { describe, expect, it } from 'vitest';
import { InfillError, problemsError } from '../../src/errors.ts';
import { createApi, run } from '../support/run-operation.ts';

const mutation = `mutation {
  mintClientToken(input: { ttlSeconds: 60, costBudget: 100, origins: ["https://pages.example"] }) {
    __typename
    ... on ClientToken { token expiresAt costBudget origins }
    ... on ValidationError { problems { path } }
    ... on Error { code message }
  }
}`;

describe('mintClientToken', () => {
  it('answers with the token and what it is good for', async () => {
    const { data } = await run(createApi(), mutation);
    expect(data.mintClientToken).toEqual({
      __typename: 'ClientToken',
      token: 'lt_fake',
      expiresAt: '2023-11-14T22:13:20.000Z',
      costBudget: 100,
      origins: ['https://pages.example'],
    });
  });

  it('tells what is wrong with the input as data', async () => {
    const api = createApi();
    api.service.failure = problemsError([
      { path: ['origins', '0'], code: 'INVALID_INPUT', message: 'No.', value: null, limit: null },
    ]);
    const { data } = await run(api, mutation);
    expect(data.mintClientToken).toMatchObject({
      __typename: 'ValidationError',
      problems: [{ path: ['origins', '0'] }],
    });
  });

  it('tells a request without an API key as data', async () => {
    const api = createApi();
    api.service.failure = new InfillError('UNSUPPORTED', 'No key.');
    const { data } = await run(api, mutation);
    expect(data.mintClientToken).toMatchObject({ __typename: 'UnsupportedError' });
  });
});
