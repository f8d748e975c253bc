import { describe, expect, it } from 'vitest';
import { autoregressive } from '../../plugins/autoregressive/index.ts';
import { maria } from '../../plugins/maria/index.ts';
import { type CheckedInfill, RequestChecker } from '../../src/decoding/check-request.ts';
import type { InfillRequest, LengthSearch } from '../../src/decoding/infill-request.ts';
import { type AnyDecoderPlugin, createRegistry } from '../../src/decoding/registry.ts';
import type { LoadedModels } from '../../src/model/models.ts';
import { requestOf } from '../conformance/runs.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { fakeModels } from '../support/fake-models.ts';
import { refusalOf } from '../support/refusal.ts';

const tokenizer = new ByteTokenizer([' the', ' cat', ' s', 'at', 'cat']);
const { vocabularySize } = tokenizer;

function check(
  change: Partial<InfillRequest>,
  models: Partial<LoadedModels> = {},
  plugin: AnyDecoderPlugin = autoregressive,
): CheckedInfill {
  const registry = createRegistry([plugin]);
  const loaded = { ...fakeModels({ vocabularySize }), ...models };
  return new RequestChecker(loaded, tokenizer, registry).check(requestOf(plugin, change));
}

const idsOf = (text: string) => tokenizer.encode(text);

describe('a checked request', () => {
  it('makes runs of any lengths and seeds', () => {
    const { shape, runOf } = check({ source: { text: 'a[MASK:1-3]b[MASK:2]' } });
    expect(shape.slots.map(({ min, max, lengths }) => [min, max, lengths])).toEqual([
      [1, 3, [1, 2, 3]],
      [2, 2, [2]],
    ]);
    const { prompt, run } = runOf([3, 2], 9n);
    expect(prompt.ids).toEqual([...idsOf('a'), null, null, null, ...idsOf('b'), null, null]);
    expect(prompt.slots.map(({ span }) => span)).toEqual([
      { start: 1, end: 4 },
      { start: 5, end: 7 },
    ]);
    expect(run).toMatchObject({ ids: prompt.ids, seed: 9n });
    expect(runOf([1, 2], 9n).prompt.ids).toHaveLength(5);
  });

  it('is as large as its greatest lengths make it', () => {
    const sizeOf = (text: string) => check({ source: { text } }, {}, maria).sizeBytes;
    expect(sizeOf('a[MASK:1-9]')).toBe(sizeOf('a[MASK:9]'));
    expect(sizeOf('a[MASK:1-9]')).toBeGreaterThan(sizeOf('a[MASK:8]'));
    const most = { text: '[MASK:1-64]' };
    expect(check({ source: most }).shape.slots).toHaveLength(1);
    expect(refusalOf(() => check({ source: { text: 'a[MASK:1-64]' } }))).toMatchObject({
      code: 'PROMPT_TOO_LONG',
      message: expect.stringContaining('up to 65 tokens'),
    });
  });

  it('counts the models that settle unknown lengths', () => {
    const sizeOf = (text: string, lengthSearch: LengthSearch) =>
      check({ source: { text }, lengthSearch }).sizeBytes;
    // Over a decoder with the causal role alone: 9 masked hidden states and two blocks of 9 rows.
    const maskedBytes = 4 * (9 + 2 * 9) * vocabularySize;
    expect(sizeOf('a[MASK:1-9]', 'CAL')).toBe(sizeOf('a[MASK:9]', 'CAL') + maskedBytes);
    expect(sizeOf('a[MASK:1-9]', 'DECODE_ALL')).toBe(sizeOf('a[MASK:9]', 'CAL'));
  });
});

describe('a request with several mistakes', () => {
  const pathsOf = (change: Partial<InfillRequest>) =>
    refusalOf(() => check(change)).problems.map(({ path }) => path.join('.'));

  it('is told those of notation, slots, lengths, decoder and numbers together', () => {
    const segments = [
      { text: '\ud800 ' },
      { slot: { length: { tokens: 1 }, choices: ['cat', 'cat', '', 'cat at'], banned: ['a cat'] } },
      { text: ' a' },
      { slot: { key: 'k', length: { between: { min: 0, max: 0 } }, choices: [] } },
      { slot: { key: 'k', length: { tokens: 2 }, choices: ['zyx'] } },
    ];
    const at = 'source.segments';
    expect(
      pathsOf({
        source: { segments },
        decoder: { name: 'nobody', options: {} },
        sampling: { topK: 0 },
        seed: -1n,
        samples: 0,
        alternatives: 99,
      }),
    ).toEqual(
      expect.arrayContaining([
        `${at}.0.text`,
        `${at}.1.slot.banned.0`,
        `${at}.1.slot.choices.1`,
        `${at}.1.slot.choices.2`,
        `${at}.1.slot.choices.3`,
        `${at}.3.slot.choices`,
        `${at}.3.slot.length.between.max`,
        `${at}.3.slot.length.between.min`,
        `${at}.4.slot.choices.0`,
        `${at}.4.slot.key`,
        'alternatives',
        'decoder.plugin.name',
        'samples',
        'sampling.topK',
        'seed',
      ]),
    );
  });

  it('is told what is too long beside what cannot be read', () => {
    expect(pathsOf({ source: { text: `[MASK:0]${'a'.repeat(64)}` } })).toEqual([
      'source.text',
      'source',
    ]);
    const tokens = [-1, ...Array<null>(70).fill(null)];
    expect(pathsOf({ source: { tokens } })).toEqual(['source.tokens.0', 'source']);
  });

  it('keeps the error of its only mistake', () => {
    const error = refusalOf(() => check({ decoder: { name: 'nobody', options: {} } }));
    expect(error).toMatchObject({ code: 'UNKNOWN_DECODER', family: 'not-found' });
    expect(error.message).toBe('There is no decoder "nobody"; there are: autoregressive.');
  });

  it('is told that it costs too much among the rest', () => {
    const problems = pathsOf({ source: { text: '[MASK:9]' }, maxCost: 8, seed: -1n });
    expect(problems).toEqual(['seed', 'source']);
    expect(check({ source: { text: '[MASK:9]' }, maxCost: 9 }).cost).toBe(9);
  });
});

describe('samples and settings', () => {
  it.each([0, 17, 1.5])('refuses %d samples', (samples) => {
    expect(refusalOf(() => check({ samples })).problems).toMatchObject([
      { path: ['samples'], value: String(samples), limit: '16' },
    ]);
  });

  it('shows samples and the length search where they have an effect', () => {
    const names = (change: Partial<InfillRequest>) =>
      check(change).settings.flatMap(({ name, value }) =>
        name === 'samples' || name === 'lengthSearch' ? [[name, value]] : [],
      );
    expect(names({})).toEqual([]);
    expect(names({ samples: 2 })).toEqual([['samples', 2]]);
    expect(names({ source: { text: '[MASK:2-2]' } })).toEqual([]);
    expect(names({ source: { text: '[MASK:1-2]' }, lengthSearch: 'DECODE_ALL' })).toEqual([
      ['lengthSearch', 'DECODE_ALL'],
    ]);
  });

  const { capabilities } = autoregressive;
  const plain = { ...autoregressive, capabilities: { ...capabilities, sampling: [] } };
  const warm: AnyDecoderPlugin = {
    ...autoregressive,
    capabilities: { ...capabilities, sampling: ['temperature'] },
  };

  it('refuses sampling settings that the decoder does not follow, and says which it does', () => {
    const sampling = { temperature: 1, topK: 3, topP: 0.5, repetitionPenalty: 2 };
    const error = refusalOf(() => check({ sampling }, {}, warm));
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.problems.every(({ code }) => code === 'UNSUPPORTED')).toBe(true);
    expect(error.problems.map(({ path, value, limit }) => [path, value, limit])).toEqual([
      [['sampling', 'repetitionPenalty'], '2', 'temperature'],
      [['sampling', 'topK'], '3', 'temperature'],
      [['sampling', 'topP'], '0.5', 'temperature'],
    ]);
    expect(refusalOf(() => check({ sampling }, {}, plain)).problems).toHaveLength(4);
  });

  it('takes settings that are off from a decoder that follows none, and leaves them out', () => {
    const sampling = { temperature: 0, topP: 1, repetitionPenalty: 1 };
    const names = check({ sampling }, {}, plain).settings.map(({ name }) => name);
    expect(names).toEqual(['decoder', 'prompt', 'seed', 'alternatives']);
  });

  it('refuses alternatives that the decoder does not report', () => {
    const silent = { ...autoregressive, capabilities: { ...capabilities, features: [] } };
    const error = refusalOf(() => check({ alternatives: 2 }, {}, silent));
    expect(error.problems).toMatchObject([
      { path: ['alternatives'], code: 'UNSUPPORTED', value: '2', limit: '0' },
    ]);
    expect(check({ alternatives: 0 }, {}, silent).samples).toBe(1);
  });

  it('puts what is wrong before what is unsupported', () => {
    const sampling = { temperature: 1 };
    const error = refusalOf(() => check({ sampling, samples: 0 }, {}, plain));
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.problems.map(({ code }) => code)).toEqual(['INVALID_INPUT', 'UNSUPPORTED']);
  });
});

describe('unknown lengths', () => {
  const source = { text: 'a[MASK:1-2]' };

  it('need a masked model for CAL and none for DECODE_ALL', () => {
    const error = refusalOf(() => check({ source }, { masked: null }));
    expect(error).toMatchObject({ code: 'UNSUPPORTED' });
    expect(error.problems).toMatchObject([{ path: ['lengthSearch'], value: 'CAL' }]);
    expect(check({ source, lengthSearch: 'DECODE_ALL' }, { masked: null }).samples).toBe(1);
    expect(check({ source: { text: 'a[MASK]' } }, { masked: null }).samples).toBe(1);
  });

  it('are decoded one by one in at most 64 combinations', () => {
    const decodeAll = (text: string) => () =>
      check({ source: { text }, lengthSearch: 'DECODE_ALL' });
    expect(decodeAll('[MASK:1-4]a[MASK:1-4]b[MASK:1-4]')).not.toThrow();
    expect(refusalOf(decodeAll('[MASK:1-13]a[MASK:1-5]')).problems).toMatchObject([
      { path: ['lengthSearch'], code: 'COST_TOO_HIGH', value: '65', limit: '64' },
    ]);
  });
});
