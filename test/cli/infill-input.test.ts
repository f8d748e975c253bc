import { describe, expect, it } from 'vitest';
import { type InfillFlags, infillInputOf } from '../../src/cli/infill-input.ts';
import type { CatalogQuery } from '../../src/client/generated/graphql.ts';
import { InfillError } from '../../src/errors.ts';

const optionsSchema = {
  type: 'object',
  properties: {
    order: { type: 'string', enum: ['leftToRight', 'random'], default: 'random' },
    steps: { type: 'integer', minimum: 1, maximum: 64 },
    rate: { type: 'number', minimum: 0 },
    greedy: { type: 'boolean', default: false },
  },
};

const decoder = (name: string, schema: unknown): CatalogQuery['decoders'][number] => ({
  id: name,
  name,
  title: name,
  description: '',
  requiredRoles: ['CAUSAL'],
  capabilities: { streams: 'LEFT_TO_RIGHT', likelihood: 'CHAIN_RULE', features: [], sampling: [] },
  optionsSchema: schema,
});

const catalog: CatalogQuery = {
  decoders: [decoder('plain', {}), decoder('any-order', optionsSchema)],
  models: [
    {
      id: 'TW9kZWw=',
      name: 'tiny',
      version: '1',
      digest: '',
      license: '',
      roles: [],
      vocabularySize: 1,
      contextLength: 1,
      device: 'CPU',
      state: 'READY',
      decoders: [{ name: 'any-order' }],
    },
  ],
};

const noFlags: InfillFlags = { option: [], label: [], choices: [], banned: [] };

const asked = (template: string, flags: Partial<InfillFlags>) =>
  infillInputOf(template, { ...noFlags, ...flags }, catalog);

const read = (template: string, flags: Partial<InfillFlags> = {}) => asked(template, flags).input;

function problemsOf(flags: Partial<InfillFlags>, template = 'x'): string[] {
  try {
    asked(template, flags).problems.throwIfAny();
  } catch (error) {
    if (error instanceof InfillError) {
      return error.problems.map(({ path, message }) => `${path.join('.')} ${message}`);
    }
    throw error;
  }
  return [];
}

describe('the input of an infill', () => {
  it('leaves to the server what no flag names', () => {
    const input = read('x [MASK]');
    expect(JSON.parse(JSON.stringify(input))).toEqual({
      source: { text: 'x [MASK]' },
      sampling: {},
      labels: [],
    });
  });

  it('types options by the schema of the decoder, in its spelling', () => {
    const option = ['order=lefttoright', 'steps=3', 'rate=0.5', 'greedy=true'];
    const { decoder: chosen } = read('x', { decoder: 'any-order', option });
    expect(chosen).toEqual({
      plugin: {
        name: 'any-order',
        options: { order: 'leftToRight', steps: 3, rate: 0.5, greedy: true },
      },
    });
  });

  it('gives options without a decoder to the default decoder of the model', () => {
    const { decoder: chosen } = read('x', { option: ['steps=2'] });
    expect(chosen).toEqual({ plugin: { name: 'any-order', options: { steps: 2 } } });
  });

  it('leaves an option that is auto to the decoder', () => {
    const { decoder: chosen } = read('x', { option: ['steps=auto'] });
    expect(chosen).toEqual({ plugin: { name: 'any-order', options: { steps: null } } });
  });

  it('passes samples, the search for lengths and what flags say of slots', () => {
    const { samples, lengthSearch, source } = read('a [MASK:1-2]', {
      samples: '4',
      lengthSearch: 'decode-all',
      choices: ['1=b,c d'],
    });
    expect({ samples, lengthSearch }).toEqual({ samples: 4, lengthSearch: 'DECODE_ALL' });
    expect(source.segments).toMatchObject([{ text: 'a ' }, { slot: { choices: ['b', 'c d'] } }]);
  });

  it('finds a model by its name or id, and passes its id', () => {
    for (const model of ['tiny', 'TW9kZWw=']) {
      expect(read('x', { model }).model).toBe('TW9kZWw=');
    }
  });

  it('keeps seeds that are larger than a double can count', () => {
    const seed = '9223372036854775807';
    expect(read('x', { seed }).seed).toBe(seed);
  });

  it('lists all that is wrong at once', () => {
    const flags = {
      model: 'huge',
      temperature: 'warm',
      topK: '1.5',
      seed: '-1',
      alternatives: '99999999999',
      samples: 'all',
      choices: ['1=a'],
      decoder: 'any-order',
      option: ['order=up', 'steps=many', 'depth=3', 'greedy'],
    };
    expect(problemsOf(flags)).toEqual([
      '--model There is no model "huge"; there are: tiny.',
      '--option "order" is "up"; it must be leftToRight or random.',
      '--option "steps" is "many"; it must be a whole number from 1 to 64 or auto.',
      '--option "greedy" is not of the form key=value.',
      '--alternatives "99999999999" is not a whole number.',
      '--samples "all" is not a whole number.',
      '--seed "-1" is not a whole number from 0 to 2^63 − 1.',
      '--temperature "warm" is not a number.',
      '--top-k "1.5" is not a whole number.',
      '--choices "1=a" names the slot "1"; the template has no slots.',
    ]);
  });

  it('sends what cannot be read as what the server refuses, and knows what it would tell', () => {
    const flags = {
      model: 'huge',
      decoder: 'any-order',
      option: ['order=up', 'depth=3', 'greedy'],
      temperature: 'warm',
      topK: '1.5',
      seed: '-1',
      samples: 'all',
      alternatives: '2',
    };
    const { input, problems } = asked('x', flags);
    expect(input).toMatchObject({
      model: 'huge',
      decoder: { plugin: { name: 'any-order', options: { order: {}, depth: '3', greedy: {} } } },
      sampling: { temperature: -1, topK: -1 },
      seed: '-1',
      samples: -1,
      alternatives: 2,
    });
    const options = ['decoder', 'plugin', 'options'];
    const told = [['model'], [...options, 'order'], ['sampling', 'topK'], ['seed'], ['samples']];
    expect(told.map((path) => problems.hasTold(path))).toEqual(told.map(() => true));
    const untold = [['alternatives'], [...options, 'depth'], ['sampling', 'topP'], options];
    expect(untold.map((path) => problems.hasTold(path))).toEqual(untold.map(() => false));
  });

  it('tells what is wrong with a template and with the slots that flags name together', () => {
    const template = 'a [MASK:0] b [MASK]';
    const flags = { choices: ['3=x', '2=y'], banned: ['x'] };
    expect(problemsOf(flags, template)).toEqual([
      'text The mask "[MASK:0]" at offset 2 is out of range. A mask has from 1 to 1024 positions, not 0.',
      '--choices "3=x" names the slot "3"; slots are numbered from 1 to 2, and all is each of them.',
      '--banned "x" is not of the form slot=text,text.',
    ]);
    const { input, problems } = asked(template, flags);
    expect(input.source.segments).toMatchObject([
      { text: 'a ' },
      { slot: { length: { tokens: 0 } } },
      { text: ' b ' },
      { slot: { length: { tokens: 1 }, choices: ['y'] } },
    ]);
    const lengthAt = (segment: string) => [
      'source',
      'segments',
      segment,
      'slot',
      'length',
      'tokens',
    ];
    expect([problems.hasTold(lengthAt('1')), problems.hasTold(lengthAt('3'))]).toEqual([
      true,
      false,
    ]);
  });

  it('refuses an option that is given twice', () => {
    expect(problemsOf({ decoder: 'any-order', option: ['steps=1', 'steps=2'] })).toEqual([
      '--option "steps" is given twice.',
    ]);
  });

  it('lists the decoders when there is none of the name', () => {
    const flags = { decoder: 'MARIA', option: ['steps'] };
    expect(problemsOf(flags)).toEqual([
      '--decoder There is no decoder "MARIA"; there are: plain, any-order.',
      '--option "steps" is not of the form key=value.',
    ]);
    expect(read('x', flags).decoder).toMatchObject({ plugin: { name: 'MARIA' } });
  });
});
