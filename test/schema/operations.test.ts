import { describe, expect, it } from 'vitest';
import { encodeId } from '../../schema/global-id.ts';
import type { Outcome } from '../../src/decoding/run-event.ts';
import { InfillError } from '../../src/errors.ts';
import { createApi, items, run } from '../support/run-operation.ts';

const input = '(input: { source: { text: "a [MASK:1]" } })';
const fields = `{ __typename
  ... on Infill { id status text source promptTokens decoder { name } model { name } error { code }
    slots { text tokens { alternatives { logProb } } } likelihood { perplexity isBound } usage { openTokens committedTokens tokensPerPass } timing { totalMs } }
  ... on ValidationError { problems { path code message value limit } }
  ... on QueueFullError { retryAfterMs }
  ... on Error { code message } }`;
const streamed = `{ __typename
  ... on InfillEvent { infillId seq at }
  ... on InfillTokensCommitted { tokens { text logProb } slots { text complete } }
  ... on InfillCompleted { infill { status text } }
  ... on InfillCancelled { infill { status } }
  ... on Error { code message } }`;

describe('infill', () => {
  it('answers with the finished infill', async () => {
    const { data } = await run(createApi(), `mutation { infill${input} ${fields} }`);
    expect(data.infill).toMatchObject({
      __typename: 'Infill',
      status: 'COMPLETED',
      text: 'filled',
      source: 'a [MASK:1]',
      promptTokens: [7, null],
      decoder: { name: 'maria' },
      model: { name: 'fake' },
      error: null,
      slots: [{ text: 'filled', tokens: [{ alternatives: [{ logProb: null }] }] }],
      likelihood: { perplexity: Math.E, isBound: false },
      usage: { openTokens: 1, committedTokens: 1, tokensPerPass: 0.5 },
    });
  });

  it.each([
    ['INVALID_SEED', 'ValidationError'],
    ['COST_TOO_HIGH', 'ValidationError'],
    ['UNSUPPORTED', 'UnsupportedError'],
    ['UNKNOWN_MODEL', 'NotFoundError'],
    ['QUEUE_FULL', 'QueueFullError'],
    ['SHUTTING_DOWN', 'QueueFullError'],
    ['CONFLICT', 'ConflictError'],
  ] as const)('answers %s with %s, as a stream does', async (code, typeName) => {
    const api = createApi();
    api.service.failure = new InfillError(code, 'Why.', { retryAfterMs: 250 });
    const { data } = await run(api, `mutation { infill${input} ${fields} }`);
    expect(data.infill).toMatchObject({ __typename: typeName, code, message: 'Why.' });
    const seen = await items(api, `subscription { infill${input} ${streamed} }`);
    expect(seen).toEqual([{ __typename: typeName, code, message: 'Why.' }]);
  });

  it('lists all problems at once', async () => {
    const { data } = await run(
      createApi(),
      `mutation { infill(input: { source: { text: "a" } }) ${fields} }`,
    );
    expect(data.infill.problems).toEqual([
      {
        path: ['source', 'text'],
        code: 'INVALID_TEMPLATE',
        message: 'The text has no mask.',
        value: null,
        limit: null,
      },
      {
        path: ['alternatives'],
        code: 'INVALID_INPUT',
        message: 'Too many.',
        value: '21',
        limit: '20',
      },
    ]);
  });

  it('has a problem for a validation error that names none', async () => {
    const api = createApi();
    api.service.failure = new InfillError('INVALID_SEED', 'Why.');
    const { data } = await run(api, `mutation { infill${input} ${fields} }`);
    expect(data.infill.problems).toEqual([
      { path: [], code: 'INVALID_SEED', message: 'Why.', value: null, limit: null },
    ]);
  });

  it('says how long to wait', async () => {
    const api = createApi();
    api.service.failure = new InfillError('QUEUE_FULL', 'Why.', { retryAfterMs: 250 });
    const { data } = await run(api, `mutation { infill${input} ${fields} }`);
    expect(data.infill.retryAfterMs).toBe(250);
  });
});

describe('candidates', () => {
  const ranked = `{ __typename ... on Infill { status promptTokens candidateOrder
    candidates { rank text count likelihood { logProb perplexity } slots { text } segments { start end } } } }`;

  it('begin with the fill of the infill itself', async () => {
    const api = createApi();
    const segments = [{ text: 'other', start: 0, end: 5, slot: 0 }];
    const slots = [{ index: 0, key: null, text: 'other', tokens: [] }];
    const likelihood = { kind: 'CHAIN_RULE', logProb: -4 } as const;
    api.service.outcome = {
      count: 2,
      candidateOrder: 'LIKELIHOOD',
      promptTokens: [7, null, null],
      others: [{ text: 'other', slots, segments, likelihood, count: 1 }],
    };
    const { data } = await run(api, `mutation { infill${input} ${ranked} }`);
    expect(data.infill).toMatchObject({
      promptTokens: [7, null, null],
      candidateOrder: 'LIKELIHOOD',
    });
    expect(data.infill.candidates).toMatchObject([
      {
        rank: 1,
        text: 'filled',
        count: 2,
        likelihood: { logProb: -1 },
        slots: [{ text: 'filled' }],
      },
      {
        rank: 2,
        text: 'other',
        count: 1,
        likelihood: { logProb: -4, perplexity: null },
        segments: [{ end: 5 }],
      },
    ]);
  });

  it.each([
    [' cat', 'cat', 4],
    ['cat', 'cat', 3],
    ['  ', ' ', 2],
    ['  ', '  ', 2],
    [' \u{1F600}', '\u{1F600}', 2],
    ['\uFFFD x', ' x', 2],
  ])('of the token "%s" as "%s" have %i characters', async (tokenText, text, count) => {
    const api = createApi();
    const place = { slot: 0, index: 0, position: 1, id: 1, step: 0, alternatives: [] };
    const tokens = [{ ...place, text: tokenText, logProb: -1 }];
    const slots = [{ index: 0, key: null, text, tokens }];
    const likelihood = { kind: 'CHAIN_RULE', logProb: -count * Math.LN2 } as const;
    api.service.outcome = { slots, likelihood };
    const bits = '{ ... on Infill { likelihood { bitsPerCharacter } } }';
    const { data } = await run(api, `mutation { infill${input} ${bits} }`);
    expect(data.infill.likelihood.bitsPerCharacter).toBeCloseTo(1);
  });

  it('are none until the infill is completed', async () => {
    const { data } = await run(createApi(), `mutation { submitInfill${input} ${ranked} }`);
    expect(data.submitInfill).toMatchObject({
      status: 'QUEUED',
      promptTokens: [7, null],
      candidates: [],
      candidateOrder: null,
    });
  });

  it('are none of an infill that was cancelled', async () => {
    const api = createApi();
    const { data } = await run(api, `mutation { submitInfill${input} ${fields} }`);
    await api.service.cancelInfill(api.service.runs[0]?.id ?? '');
    const found = `query ($id: ID!) { infill(id: $id) ${ranked.replace('... on Infill', '...')} }`;
    const { id } = data.submitInfill;
    expect((await run(api, found, { id })).data.infill).toMatchObject({
      status: 'CANCELLED',
      candidates: [],
    });
  });

  it('of an outcome without them are its own fill', async () => {
    const api = createApi();
    // As stored before there were candidates.
    const missing = {
      count: undefined,
      others: undefined,
      candidateOrder: undefined,
      promptTokens: undefined,
    };
    api.service.outcome = missing as unknown as Partial<Outcome>;
    const { data } = await run(api, `mutation { infill${input} ${ranked} }`);
    expect(data.infill).toMatchObject({
      promptTokens: [7, null],
      candidateOrder: null,
      candidates: [{ rank: 1, text: 'filled', count: 1 }],
    });
  });
});

describe('submitInfill and cancelInfill', () => {
  it('answer with the waiting infill, whose numbers are of its text', async () => {
    const { data } = await run(createApi(), `mutation { submitInfill${input} ${fields} }`);
    expect(data.submitInfill).toMatchObject({
      status: 'QUEUED',
      text: null,
      slots: [],
      likelihood: null,
      timing: null,
      usage: { openTokens: 1, committedTokens: 0, tokensPerPass: null },
    });
  });

  it('cancel once and say what they found', async () => {
    const api = createApi();
    const { data } = await run(api, `mutation { submitInfill${input} ${fields} }`);
    const cancel = `mutation ($id: ID!) { cancelInfill(input: { id: $id }) ${fields} }`;
    const { id } = data.submitInfill;
    expect((await run(api, cancel, { id })).data.cancelInfill.status).toBe('QUEUED');
    expect((await run(api, cancel, { id })).data.cancelInfill.status).toBe('CANCELLED');
  });

  it('do not find what is no id', async () => {
    const { data } = await run(
      createApi(),
      `mutation { cancelInfill(input: { id: "nonsense" }) ${fields} }`,
    );
    expect(data.cancelInfill).toMatchObject({ __typename: 'NotFoundError', code: 'UNKNOWN_RUN' });
  });
});

describe('subscriptions', () => {
  it('tell every step, and carry the infill at the end', async () => {
    const api = createApi();
    api.service.tokensPerMask = 2;
    const seen = await items(api, `subscription { infill${input} ${streamed} }`);
    expect(seen.map((item) => item.__typename)).toEqual([
      'InfillQueued',
      'InfillStarted',
      'InfillTokensCommitted',
      'InfillTokensCommitted',
      'InfillCompleted',
    ]);
    expect(seen.map((item) => item.seq)).toEqual([0, 1, 2, 3, 4]);
    expect(seen[3]).toMatchObject({
      tokens: [{ text: 'x', logProb: -1 }],
      slots: [{ text: 'xx', complete: true }],
    });
    expect(seen[4].infill).toEqual({ status: 'COMPLETED', text: 'filled' });
    expect(seen[0].infillId).toBe(encodeId('Infill', api.service.runs[0]?.id ?? ''));
  });

  it('go on after a sequence number', async () => {
    const api = createApi();
    const { data } = await run(api, `mutation { submitInfill${input} ${fields} }`);
    const seen = await items(
      api,
      `subscription { infillEvents(id: "${data.submitInfill.id}", after: 1) ${streamed} }`,
    );
    expect(seen.map((item) => item.seq)).toEqual([2, 3]);
  });

  it('end with NotFoundError for an id that names nothing', async () => {
    for (const id of ['nonsense', encodeId('Infill', '0192f3a4-5b6c-7d8e-9f01-23456789abcd')]) {
      const seen = await items(
        createApi(),
        `subscription { infillEvents(id: "${id}") ${streamed} }`,
      );
      expect(seen).toMatchObject([{ __typename: 'NotFoundError', code: 'UNKNOWN_RUN' }]);
    }
  });

  it('throw what nobody expects', async () => {
    const api = createApi();
    api.service.failure = new TypeError('A defect.');
    await expect(items(api, `subscription { infill${input} ${streamed} }`)).rejects.toThrow(
      'A defect.',
    );
  });
});
