import { describe, expect, it } from 'vitest';
import { encodeId } from '../../schema/global-id.ts';
import { InfillError } from '../../src/errors.ts';
import { createApi, run } from '../support/run-operation.ts';

const plan = `query ($input: InfillInput!) { planInfill(input: $input) { __typename
  ... on InfillPlan {
    model { name } decoder { name } promptTokens knownTokens openTokens cost likelihoodKind settings { name value }
    slots { index key minTokens maxTokens start ownsSpace choices { text tokens } }
  }
  ... on Error { code message } } }`;
const score = `mutation ($input: ScoreInfillInput!) { scoreInfill(input: $input) { __typename
  ... on ScoredInfill {
    likelihood { kind logProb perplexity bitsPerCharacter isBound standardError }
    tokens { slot index position id text logProb } promptTokens settings { name value }
    model { name } decoderName seed
  }
  ... on Error { code message } } }`;
const source = { text: 'a [MASK:1-2]' };

describe('planInfill', () => {
  it('tells what would be filled', async () => {
    const { data } = await run(createApi(), plan, { input: { source } });
    expect(data.planInfill).toEqual({
      __typename: 'InfillPlan',
      model: { name: 'fake' },
      decoder: { name: 'maria' },
      promptTokens: [7, null],
      slots: [
        {
          index: 0,
          key: 'k',
          minTokens: 1,
          maxTokens: 2,
          start: 1,
          ownsSpace: true,
          choices: [
            { text: 'x', tokens: [1] },
            { text: 'xy', tokens: [1, 2] },
          ],
        },
      ],
      knownTokens: 1,
      openTokens: 2,
      cost: 4,
      likelihoodKind: 'CHAIN_RULE',
      settings: [{ name: 'temperature', value: 0 }],
    });
  });

  it('takes the input of an infill, and runs nothing', async () => {
    const api = createApi();
    const input = { source, samples: 3, lengthSearch: 'DECODE_ALL', labels: ['l'] };
    await run(api, plan, { input });
    expect(api.service.inputs).toMatchObject([input]);
    expect(api.service.runs).toEqual([]);
  });

  it.each([
    ['COST_TOO_HIGH', 'ValidationError'],
    ['UNSUPPORTED', 'UnsupportedError'],
    ['UNKNOWN_DECODER', 'NotFoundError'],
  ] as const)('answers %s with %s', async (code, typeName) => {
    const api = createApi();
    api.service.failure = new InfillError(code, 'Why.');
    const { data } = await run(api, plan, { input: { source } });
    expect(data.planInfill).toEqual({ __typename: typeName, code, message: 'Why.' });
  });
});

describe('scoreInfill', () => {
  it('answers with a bound, its error and what it was scored by', async () => {
    const { data } = await run(createApi(), score, { input: { source, fill: { slots: ['x'] } } });
    expect(data.scoreInfill).toMatchObject({
      __typename: 'ScoredInfill',
      likelihood: { kind: 'ELBO', logProb: -2, isBound: true, standardError: 0.5 },
      promptTokens: [7, null, null],
      settings: [{ name: 'draws', value: 128 }],
      model: { name: 'fake' },
      decoderName: 'maria',
      seed: '7',
    });
    // Two tokens and four characters.
    expect(data.scoreInfill.likelihood.perplexity).toBeCloseTo(Math.E);
    expect(data.scoreInfill.likelihood.bitsPerCharacter).toBeCloseTo(0.5 / Math.LN2);
    expect(data.scoreInfill.tokens[1]).toEqual({
      slot: 0,
      index: 1,
      position: 2,
      id: 2,
      text: 'x',
      logProb: null,
    });
  });

  it('has no likelihood where it is not finite', async () => {
    const api = createApi();
    const likelihood = { kind: 'CHAIN_RULE', logProb: Number.NEGATIVE_INFINITY } as const;
    api.service.scored = { ...api.service.scored, likelihood };
    const { data } = await run(api, score, { input: { source, fill: { slots: ['x'] } } });
    expect(data.scoreInfill.likelihood).toBeNull();
  });

  it('has no perplexity where it is too large for a number', async () => {
    const api = createApi();
    const likelihood = { kind: 'CHAIN_RULE', logProb: -2000 } as const;
    api.service.scored = { ...api.service.scored, likelihood };
    const { data, errors } = await run(api, score, {
      input: { source, fill: { slots: ['x'] } },
    });
    expect(errors).toBeUndefined();
    expect(data.scoreInfill.likelihood).toMatchObject({ logProb: -2000, perplexity: null });
  });

  it('takes a fill as texts or as token ids', async () => {
    const api = createApi();
    await run(api, score, { input: { source, fill: { slots: [''] } } });
    const model = encodeId('ModelPack', 'fake');
    const decoder = { autoregressive: {} };
    await run(api, score, {
      input: { source, model, decoder, fill: { tokens: [3] }, draws: 5, seed: '9' },
    });
    expect(api.service.scoreInputs).toEqual([
      { source, fill: { slots: [''] }, draws: 16 },
      {
        source,
        model: 'fake',
        decoder: { name: 'autoregressive', options: { prompt: 'PREFIX' } },
        fill: { tokens: [3] },
        draws: 5,
        seed: 9n,
      },
    ]);
  });

  it.each([{}, { slots: ['x'], tokens: [1] }, { tokens: [null] }])(
    'refuses the fill %j',
    async (fill) => {
      const api = createApi();
      const { errors } = await run(api, score, { input: { source, fill } });
      expect(errors).toHaveLength(1);
      expect(api.service.scoreInputs).toEqual([]);
    },
  );

  it.each(['DECODE_FAILED', 'WORKER_FAILED'] as const)(
    'tells %s, which no run could',
    async (code) => {
      const api = createApi();
      api.service.failure = new InfillError(code, 'Decoder "x" failed.');
      const { data } = await run(api, score, { input: { source, fill: { slots: ['x'] } } });
      expect(data.scoreInfill).toEqual({
        __typename: 'DecodingError',
        code,
        message: 'Decoder "x" failed.',
      });
    },
  );

  it('throws other errors of ours', async () => {
    const api = createApi();
    api.service.failure = new InfillError('STORE_FAILED', 'Why.');
    const { errors } = await run(api, score, { input: { source, fill: { slots: ['x'] } } });
    expect(errors).toHaveLength(1);
  });

  it('answers a full queue with QueueFullError', async () => {
    const api = createApi();
    api.service.failure = new InfillError('QUEUE_FULL', 'Why.', { retryAfterMs: 9 });
    const { data } = await run(api, score, { input: { source, fill: { slots: ['x'] } } });
    expect(data.scoreInfill).toMatchObject({ __typename: 'QueueFullError', code: 'QUEUE_FULL' });
  });
});
