import { describe, expect, it } from 'vitest';
import { encodeId } from '../../schema/global-id.ts';
import { createApi, run } from '../support/run-operation.ts';

const submit = `mutation ($input: InfillInput!) {
  submitInfill(input: $input) { __typename ... on Error { code message } }
}`;

async function inputOf(input: object) {
  const api = createApi();
  const result = await run(api, submit, { input });
  return { ...result, taken: api.service.inputs[0] };
}

describe('InfillInput', () => {
  it('leaves out what is absent or null', async () => {
    const source = { text: '[MASK]' };
    const bare = await inputOf({ source });
    const nulls = await inputOf({
      source,
      model: null,
      decoder: null,
      sampling: null,
      seed: null,
      labels: null,
    });
    expect(bare.taken).toEqual({ source, alternatives: 0, samples: 1, lengthSearch: 'CAL' });
    expect(nulls.taken).toEqual(bare.taken);
  });

  it('names the decoder by its registered name, with default options', async () => {
    const { taken } = await inputOf({
      source: { text: '[MASK]' },
      decoder: { autoregressive: {} },
    });
    expect(taken?.decoder).toEqual({ name: 'autoregressive', options: { prompt: 'PREFIX' } });
  });

  it('leaves out sampling fields that are null', async () => {
    const sampling = { temperature: 0.5, topK: null, topP: 0.9 };
    const { taken } = await inputOf({ source: { text: '[MASK]' }, sampling });
    expect(taken?.sampling).toEqual({ temperature: 0.5, topP: 0.9 });
  });

  it('takes segments with one token per slot unless it says otherwise', async () => {
    const segments = [{ text: 'a' }, { slot: { key: 'k', length: { tokens: 3 } } }, { slot: {} }];
    const { taken } = await inputOf({ source: { segments } });
    expect(taken?.source).toEqual({
      segments: [
        { text: 'a' },
        { slot: { key: 'k', length: { tokens: 3 } } },
        { slot: { length: { tokens: 1 } } },
      ],
    });
  });

  it('takes token ids with null for open positions', async () => {
    const { taken } = await inputOf({ source: { tokens: [5, null, 0] } });
    expect(taken?.source).toEqual({ tokens: [5, null, 0] });
  });

  it('takes the global id of a model pack', async () => {
    const { taken } = await inputOf({
      source: { text: '[MASK]' },
      model: encodeId('ModelPack', 'fake'),
    });
    expect(taken?.model).toBe('fake');
  });

  it('answers another id with NotFoundError', async () => {
    const { data } = await inputOf({ source: { text: '[MASK]' }, model: 'fake' });
    expect(data.submitInfill).toMatchObject({ __typename: 'NotFoundError', code: 'UNKNOWN_MODEL' });
  });

  it.each([
    ['two sources', { source: { text: '[MASK]', tokens: [null] } }],
    ['no source', { source: {} }],
    ['two decoders', { source: { text: '[MASK]' }, decoder: { maria: {}, autoregressive: {} } }],
    ['an unknown option', { source: { text: '[MASK]' }, decoder: { maria: { speed: 1 } } }],
    ['a segment that is both', { source: { segments: [{ text: 'a', slot: {} }] } }],
  ])('refuses %s', async (_, input) => {
    const { errors, taken } = await inputOf(input);
    expect(errors).toHaveLength(1);
    expect(taken).toBeUndefined();
  });
});
