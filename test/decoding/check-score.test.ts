import { describe, expect, it } from 'vitest';
import { autoregressive } from '../../plugins/autoregressive/index.ts';
import { RequestChecker } from '../../src/decoding/check-request.ts';
import type { GivenFill, InfillRequest, SlotRequest } from '../../src/decoding/infill-request.ts';
import { type AnyDecoderPlugin, createRegistry } from '../../src/decoding/registry.ts';
import type { LoadedModels } from '../../src/model/models.ts';
import { requestOf } from '../conformance/runs.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { fakeModels } from '../support/fake-models.ts';
import { refusalOf } from '../support/refusal.ts';

const tokenizer = new ByteTokenizer([' the', ' cat', ' s', 'at', 'cat']);
const models = fakeModels({ vocabularySize: tokenizer.vocabularySize });
const idsOf = (text: string) => tokenizer.encode(text);

type Scored = {
  readonly draws?: number;
  readonly plugin?: AnyDecoderPlugin;
  readonly masked?: LoadedModels['masked'];
};

function check(
  source: InfillRequest['source'],
  fill: GivenFill,
  { draws = 1, plugin = autoregressive, masked = models.masked }: Scored = {},
) {
  const request = requestOf(plugin, { source, seed: 7n });
  const checker = new RequestChecker({ ...models, masked }, tokenizer, createRegistry([plugin]));
  return checker.checkScore({ request, fill, draws });
}

const withSlot = (slot: SlotRequest) => ({ segments: [{ text: 'a ' }, { slot }] });

describe('a fill given as texts', () => {
  it('settles unknown lengths, with the space that a slot owns in front', () => {
    const { prompt, targets } = check(
      { text: 'a [MASK:1-3]b[MASK:1-2]' },
      { slots: ['sat', 'xy'] },
    );
    expect(targets).toEqual([...idsOf(' sat'), ...idsOf('xy')]);
    expect(prompt.ids).toEqual([...idsOf('a'), null, null, ...idsOf('b'), null, null]);
  });

  it('needs no search for lengths', () => {
    const scored = check({ text: '[MASK:1-3]' }, { slots: ['xy'] }, { masked: null });
    expect(scored.targets).toEqual(idsOf('xy'));
  });

  it('is what has to fit into the context, not the greatest lengths', () => {
    const wide = { text: '[MASK:1-65]' };
    expect(check(wide, { slots: ['xy'] }).targets).toEqual(idsOf('xy'));
    expect(refusalOf(() => check(wide, { slots: ['x'.repeat(65)] })).problems).toMatchObject([
      { path: ['source'], code: 'PROMPT_TOO_LONG', value: '65', limit: '64' },
    ]);
  });

  it('may begin with any token after the owned space', () => {
    const { run, targets } = check({ text: 'a [MASK:2]' }, { slots: ['x'] });
    expect(targets).toEqual(idsOf(' x'));
    const row = new Float32Array(tokenizer.vocabularySize);
    run.rules.forbid(row, 1, run.ids);
    expect(row[targets[0] ?? -1]).toBe(0);
  });

  it('is refused slot by slot where it has another number of tokens', () => {
    const { problems } = refusalOf(() =>
      check({ text: 'a [MASK]b[MASK:1-2]c[MASK]' }, { slots: ['sat', 'xyz', 'x'] }),
    );
    expect(problems.map(({ path, value, limit }) => [path, value, limit])).toEqual([
      [['fill', 'slots', '0'], 'sat', '1'],
      [['fill', 'slots', '1'], 'xyz', '2'],
    ]);
    expect(problems[1]?.message).toBe('The text "xyz" has 3 tokens; the slot has 1 to 2 tokens.');
    for (const text of ['[MASK]', 'a [MASK]', 'a [MASK:1-2]']) {
      expect(refusalOf(() => check({ text }, { slots: [''] })).problems).toMatchObject([
        { path: ['fill', 'slots', '0'], value: '' },
      ]);
    }
  });

  it('is refused where there are not as many texts as slots', () => {
    expect(refusalOf(() => check({ text: '[MASK]' }, { slots: [] })).problems).toMatchObject([
      { path: ['fill', 'slots'], value: '0', limit: '1' },
    ]);
  });

  it('is refused where it is longer than any template', () => {
    const slots = ['a'.repeat(50_000), 'b'.repeat(50_001)];
    expect(refusalOf(() => check({ text: '[MASK]c[MASK]' }, { slots })).problems).toMatchObject([
      { path: ['fill', 'slots'], value: '100001', limit: '100000' },
    ]);
  });

  it('is refused where it is no UTF-8', () => {
    const { problems } = refusalOf(() => check({ text: '[MASK:1-3]' }, { slots: ['\ud800'] }));
    expect(problems).toMatchObject([{ path: ['fill', 'slots', '0'], value: 'U+D800' }]);
  });

  it('is refused outside the choices of its slot, and with a banned token', () => {
    const chosen = withSlot({ length: { tokens: 1 }, choices: ['the'] });
    expect(check(chosen, { slots: ['the'] }).targets).toEqual(idsOf(' the'));
    expect(refusalOf(() => check(chosen, { slots: ['cat'] })).problems[0]?.message).toBe(
      `The text "cat" is none of the slot's choices.`,
    );
    const banned = withSlot({ length: { tokens: 1 }, banned: ['cat'] });
    expect(check(banned, { slots: ['the'] }).targets).toEqual(idsOf(' the'));
    expect(refusalOf(() => check(banned, { slots: ['cat'] })).problems[0]?.message).toContain(
      'has the token "cat", which is banned there',
    );
  });
});

describe('a fill given as tokens', () => {
  it('settles the one unknown length', () => {
    const tokens = [10, 11, 12, 13];
    const { prompt, targets } = check({ text: '[MASK]a[MASK:1-3]b[MASK]' }, { tokens });
    expect(targets).toEqual(tokens);
    expect(prompt.slots.map(({ span }) => span.end - span.start)).toEqual([1, 2, 1]);
  });

  it.each([
    ['[MASK]a[MASK:1-3]b[MASK]', [10, 11], '2 tokens for at least 3 open positions'],
    ['[MASK]a[MASK:1-3]', [10, 11, 12, 13, 14], 'a slot has 4 tokens; the slot has 1 to 3'],
    ['[MASK:1-3]a[MASK:1-3]', [10, 11], '2 slots have unknown lengths'],
    ['[MASK:2]', [10], '1 token for 2 open positions'],
    ['[MASK:2]', [10, 3], 'The token id 3 is special'],
    ['[MASK:2]', [10, 1e9], ', not 1000000000.'],
  ])('is refused for %s: %j', (text, tokens, message) => {
    const error = refusalOf(() => check({ text }, { tokens }));
    expect(error).toMatchObject({ code: 'INVALID_INPUT' });
    expect(error.message).toContain(message);
  });

  it('is refused outside the choices of its slot', () => {
    const source = withSlot({ length: { tokens: 1 }, choices: ['the'] });
    const error = refusalOf(() => check(source, { tokens: idsOf(' cat') }));
    expect(error.message).toContain("none of the slot's choices");
  });
});

describe('checkScore', () => {
  const source = { text: '[MASK]' };

  it.each([0, 1025, 1.5])('refuses %d draws', (draws) => {
    expect(refusalOf(() => check(source, { slots: ['x'] }, { draws })).problems).toMatchObject([
      { path: ['draws'], value: String(draws), limit: '1024' },
    ]);
  });

  it('names all that is wrong with request, fill and draws at once', () => {
    const { problems } = refusalOf(() =>
      check(withSlot({ length: { tokens: 1 }, banned: ['the cat'] }), { slots: [] }, { draws: 0 }),
    );
    expect(problems.map(({ path }) => path.join('.'))).toEqual([
      'source.segments.1.slot.banned.0',
      'fill.slots',
      'draws',
    ]);
  });

  it('reads the fill whatever is wrong with the options', () => {
    const request = requestOf(autoregressive, {
      source,
      decoder: { name: autoregressive.name, options: { prompt: 'SUFFIX' } },
    });
    const checker = new RequestChecker(models, tokenizer, createRegistry([autoregressive]));
    const { problems } = refusalOf(() =>
      checker.checkScore({ request, fill: { slots: [] }, draws: 1 }),
    );
    expect(problems.map(({ path }) => path.join('.'))).toEqual([
      'fill.slots',
      'decoder.autoregressive.prompt',
    ]);
  });

  it('names no more problems than of a template', () => {
    const tokens = Array<number>(1000).fill(3);
    expect(refusalOf(() => check({ text: '[MASK:1-9]' }, { tokens })).problems).toHaveLength(100);
  });

  it('tells seed and draws where the likelihood is drawn', () => {
    const names = (plugin: AnyDecoderPlugin) =>
      check(source, { slots: ['x'] }, { plugin }).settings.map(({ name }) => name);
    expect(names(autoregressive)).toEqual(['decoder', 'prompt']);
    const bound: AnyDecoderPlugin = { ...autoregressive, likelihood: () => 'ELBO' };
    expect(names(bound)).toEqual(['decoder', 'prompt', 'seed', 'draws']);
  });

  it('refuses a decoder without a likelihood', () => {
    const plugin: AnyDecoderPlugin = { ...autoregressive, likelihood: () => 'NONE' };
    expect(refusalOf(() => check(source, { slots: ['x'] }, { plugin })).code).toBe('UNSUPPORTED');
  });
});
