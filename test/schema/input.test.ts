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
      deadlineMs: null,
      waitMs: null,
      onDisconnect: null,
      supersedes: null,
      idempotencyKey: null,
    });
    expect(bare.taken).toEqual({
      source,
      priority: 'INTERACTIVE',
      store: 'FULL',
      alternatives: 0,
      samples: 1,
      lengthSearch: 'CAL',
    });
    expect(nulls.taken).toEqual(bare.taken);
  });

  it('takes the terms of the run, with the infill it supersedes by its own id', async () => {
    const supersedes = '01900000-0000-7000-8000-000000000000';
    const terms = {
      deadlineMs: 5000,
      waitMs: 0,
      onDisconnect: 'CONTINUE',
      store: 'METADATA',
      idempotencyKey: 'k',
    };
    const { taken } = await inputOf({
      source: { text: '[MASK]' },
      ...terms,
      supersedes: encodeId('Infill', supersedes),
    });
    expect(taken).toMatchObject({ ...terms, supersedes });
  });

  it('refuses to supersede what is no infill', async () => {
    for (const supersedes of ['x', encodeId('ModelPack', 'fake')]) {
      const { data, taken } = await inputOf({ source: { text: '[MASK]' }, supersedes });
      expect(data.submitInfill).toMatchObject({ __typename: 'NotFoundError', code: 'UNKNOWN_RUN' });
      expect(taken).toBeUndefined();
    }
  });

  it('names the decoder by its registered name, with default options', async () => {
    const { taken } = await inputOf({
      source: { text: '[MASK]' },
      decoder: { autoregressive: {} },
    });
    expect(taken?.decoder).toEqual({ name: 'autoregressive', options: { prompt: 'PREFIX' } });
  });

  it('maps names of decoders and values of options, and leaves out options without a default', async () => {
    const { taken } = await inputOf({
      source: { text: '[MASK]' },
      decoder: { maskedLm: { order: 'LEFT_TO_RIGHT', commit: null } },
    });
    expect(taken?.decoder).toEqual({
      name: 'masked-lm',
      options: { order: 'left-to-right', revise: 'none' },
    });
  });

  it('leaves out sampling fields that are null', async () => {
    const sampling = { temperature: 0.5, topK: null, topP: 0.9 };
    const { taken } = await inputOf({ source: { text: '[MASK]' }, sampling });
    expect(taken?.sampling).toEqual({ temperature: 0.5, topP: 0.9 });
  });

  it('takes segments with one token per slot unless it says otherwise', async () => {
    const between = { min: 1, max: 4 };
    const segments = [
      { text: 'a' },
      { slot: { key: 'k', length: { tokens: 3 } } },
      { slot: {} },
      { slot: { length: { between }, choices: ['x', 'y'], banned: ['z'] } },
      { slot: { key: null, length: null, choices: null, banned: null } },
    ];
    const { taken } = await inputOf({ source: { segments } });
    expect(taken?.source).toEqual({
      segments: [
        { text: 'a' },
        { slot: { key: 'k', length: { tokens: 3 } } },
        { slot: { length: { tokens: 1 } } },
        { slot: { length: { between }, choices: ['x', 'y'], banned: ['z'] } },
        { slot: { length: { tokens: 1 } } },
      ],
    });
  });

  it('keeps an empty list of choices, which is not the same as none', async () => {
    const { taken } = await inputOf({ source: { segments: [{ slot: { choices: [] } }] } });
    expect(taken?.source).toEqual({
      segments: [{ slot: { length: { tokens: 1 }, choices: [] } }],
    });
  });

  it('reaches a decoder by its registered name, options as they are', async () => {
    const plugin = { name: 'none-such', options: { a: [1, { b: 'c' }], absent: null } };
    const { taken } = await inputOf({ source: { text: '[MASK]' }, decoder: { plugin } });
    expect(taken?.decoder).toEqual({ name: 'none-such', options: { a: [1, { b: 'c' }] } });
    const bare = await inputOf({
      source: { text: '[MASK]' },
      decoder: { plugin: { name: 'maria', options: null } },
    });
    expect(bare.taken?.decoder).toEqual({ name: 'maria', options: {} });
  });

  it.each([
    ['no object', [1]],
    ['a text', 'x'],
    ['too deep', { a: [[[[[[[[1]]]]]]]] }],
    ['too many', { a: Array(300).fill(0) }],
    ['too long', { a: 'x'.repeat(5000) }],
    ['too long in their names', { ['x'.repeat(5000)]: 1 }],
  ])('answers options that are %s with their problem', async (_, options) => {
    const { data, taken } = await inputOf({
      source: { text: '[MASK]' },
      decoder: { plugin: { name: 'maria', options } },
    });
    expect(data.submitInfill).toMatchObject({
      __typename: 'ValidationError',
      code: 'INVALID_OPTION',
    });
    expect(taken).toBeUndefined();
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
    [
      'a decoder both by field and by name',
      { source: { text: '[MASK]' }, decoder: { maria: {}, plugin: { name: 'maria' } } },
    ],
    [
      'a length that is both',
      { source: { segments: [{ slot: { length: { tokens: 1, between: { min: 1, max: 2 } } } }] } },
    ],
    ['half a range', { source: { segments: [{ slot: { length: { between: { min: 1 } } } }] } }],
    ['a null among choices', { source: { segments: [{ slot: { choices: [null] } }] } }],
    ['a segment that is both', { source: { segments: [{ text: 'a', slot: {} }] } }],
  ])('refuses %s', async (_, input) => {
    const { errors, taken } = await inputOf(input);
    expect(errors).toHaveLength(1);
    expect(taken).toBeUndefined();
  });
});
