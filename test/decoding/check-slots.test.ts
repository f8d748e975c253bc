import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { autoregressive } from '../../plugins/autoregressive/index.ts';
import { type CheckedInfill, RequestChecker } from '../../src/decoding/check-request.ts';
import type { InfillRequest, SlotRequest } from '../../src/decoding/infill-request.ts';
import { createRegistry } from '../../src/decoding/registry.ts';
import { ListTokenizer } from '../conformance/list-tokenizer.ts';
import { requestOf } from '../conformance/runs.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { fakeModels } from '../support/fake-models.ts';
import { refusalOf } from '../support/refusal.ts';

const tokenizer = new ByteTokenizer([' the', ' cat', ' s', 'at', 'cat']);
const { vocabularySize } = tokenizer;
const registry = createRegistry([autoregressive]);
const checker = new RequestChecker(fakeModels({ vocabularySize }), tokenizer, registry);
const never = new AbortController().signal;

const check = (change: Partial<InfillRequest>) => checker.check(requestOf(autoregressive, change));

/** Checks one slot after `before`. */
function checkSlot(slot: SlotRequest, before = 'a ') {
  return check({ source: { segments: [{ text: before }, { slot }] } });
}

const one = { tokens: 1 };
const idsOf = (text: string) => tokenizer.encode(text);
const slotPath = (...field: string[]) => ['source', 'segments', '1', 'slot', ...field];

/** The ids that the rules of a run leave at a position. */
function allowedIds({ prompt, run }: ReturnType<CheckedInfill['runOf']>, position: number) {
  const row = new Float32Array(vocabularySize);
  run.rules.forbid(row, position, prompt.ids);
  return [...row.entries()].flatMap(([id, logit]) => (logit === 0 ? [id] : []));
}

/** What the decoder puts into the only slot, which is two positions in, when it has `length` tokens. */
async function filledText(checked: CheckedInfill, length: number, seed: bigint): Promise<string> {
  const { prompt, run } = checked.runOf([length], seed);
  const state = await checked.decoder.begin(run, never);
  const filled = prompt.ids.slice();
  for (let isDone = false; !isDone; ) {
    const [result] = await checked.decoder.step([state], never);
    for (const { position, tokenId } of result?.fills ?? []) filled[position] = tokenId;
    isDone = result?.done ?? true;
  }
  const bytes = filled.slice(2, 2 + length).flatMap((id) => [...tokenizer.bytesOf(id ?? 0)]);
  return Buffer.from(bytes).toString();
}

describe('choices', () => {
  it('are told among the settings, with what is banned', () => {
    const { settings } = checkSlot({ length: one, choices: ['cat', 'the'], banned: ['at'] });
    expect(settings).toContainEqual({ name: 'slots.0.choices', value: ['cat', 'the'] });
    expect(settings).toContainEqual({ name: 'slots.0.banned', value: ['at'] });
    const names = checkSlot({ length: one }).settings.map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('slots'))).toEqual([]);
  });

  it('are tokens with the space that the slot owns, in runs of their length', () => {
    const choices = ['the', 'cat', 'sat'];
    const checked = checkSlot({ length: { between: { min: 1, max: 3 } }, choices });
    expect(checked.shape.slots).toMatchObject([
      {
        min: 1,
        max: 3,
        lengths: [1, 2],
        choices: choices.map((text) => ({ text, ids: idsOf(` ${text}`) })),
      },
    ]);
    expect(allowedIds(checked.runOf([1], 1n), 1)).toEqual([...idsOf(' the'), ...idsOf(' cat')]);
    expect(allowedIds(checked.runOf([2], 1n), 1)).toEqual(idsOf(' s'));
    expect(allowedIds(checked.runOf([2], 1n), 2)).toEqual(idsOf('at'));
  });

  it('are tokens as they are where the slot owns no space', () => {
    const checked = checkSlot({ length: one, choices: ['cat'] }, 'a');
    expect(allowedIds(checked.runOf([1], 1n), 1)).toEqual(idsOf('cat'));
  });

  it('are refused one by one where they do not fit', () => {
    const choices = ['the', 'sat', 'x'];
    const { code, problems } = refusalOf(() => checkSlot({ length: one, choices }));
    expect(code).toBe('INVALID_INPUT');
    expect(problems.map(({ path, value }) => [path, value])).toEqual([
      [slotPath('choices', '1'), 'sat'],
      [slotPath('choices', '2'), 'x'],
    ]);
    expect(problems[0]?.message).toBe('The choice "sat" has 2 tokens; its slot has 1 token.');
    const between = { between: { min: 3, max: 4 } };
    const [first] = refusalOf(() => checkSlot({ length: between, choices: ['sat'] })).problems;
    expect(first?.message).toBe('The choice "sat" has 2 tokens; its slot has 3 to 4 tokens.');
  });

  it('begin with a token that has the owned space in it', () => {
    const { problems } = refusalOf(() => checkSlot({ length: { tokens: 2 }, choices: ['x'] }));
    expect(problems[0]?.message).toContain('"x" does not begin with a token that has the space');
    expect(checkSlot({ length: one, choices: ['x'] }, 'a').shape.slots).toHaveLength(1);
  });

  it('are refused where a ban forbids one', () => {
    const slot = { length: one, choices: ['the', 'cat'], banned: ['cat'] };
    const { problems } = refusalOf(() => checkSlot(slot));
    expect(problems).toMatchObject([{ path: slotPath('choices', '1') }]);
    expect(problems[0]?.message).toContain('the token "cat", which is banned in its slot');
  });

  it('are what every fill of the slot spells', async () => {
    const words = fc.stringMatching(/^[abc]{1,4}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(words, { minLength: 1, maxLength: 5 }),
        fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
        async (choices, seed) => {
          const length = { between: { min: 1, max: 4 } };
          const checked = check({
            source: { segments: [{ text: 'ä' }, { slot: { length, choices } }, { text: 'b' }] },
            sampling: { temperature: 1 },
          });
          for (const length of checked.shape.slots[0]?.lengths ?? []) {
            expect(choices).toContain(await filledText(checked, length, seed));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('banned texts', () => {
  it('forbid their tokens with and without a space, in their slot only', () => {
    const checked = check({
      source: {
        segments: [
          { text: 'a' },
          { slot: { length: one, banned: ['cat', 'x'] } },
          { slot: { length: one } },
        ],
      },
    });
    const run = checked.runOf([1, 1], 1n);
    const forbidden = [idsOf('cat'), idsOf(' cat'), idsOf('x')].flat();
    expect(allowedIds(run, 1)).toHaveLength(vocabularySize - 4 - forbidden.length);
    for (const id of forbidden) {
      expect(allowedIds(run, 1)).not.toContain(id);
      expect(allowedIds(run, 2)).toContain(id);
    }
  });

  it('are refused where they are no single token, and named', () => {
    const { problems } = refusalOf(() => checkSlot({ length: one, banned: ['x', 'the cat'] }));
    expect(problems).toMatchObject([{ path: slotPath('banned', '1'), value: 'the cat' }]);
    expect(problems[0]?.message).toContain('"the cat" is not a single token');
  });

  it('are refused where they leave nothing', () => {
    const banned = ['the', 'cat', 's'];
    const { problems } = refusalOf(() => checkSlot({ length: one, banned }));
    expect(problems).toMatchObject([{ path: slotPath(), code: 'INVALID_INPUT' }]);
    expect(problems[0]?.message).toContain('begins with a space');
    expect(checkSlot({ length: one, banned }, 'a').shape.slots).toHaveLength(1);
    expect(checkSlot({ length: one, banned: ['the', 'cat'] }).shape.slots).toHaveLength(1);
  });
});

describe('a slot of which all ordinary tokens are banned', () => {
  it('is refused', () => {
    const letters = new ListTokenizer(['a', 'b', ' ']);
    const models = fakeModels({ vocabularySize: letters.vocabularySize });
    const small = new RequestChecker(models, letters, registry);
    const checkBans = (banned: readonly string[]) => {
      const source = { segments: [{ text: 'a' }, { slot: { length: { tokens: 1 }, banned } }] };
      return small.check(requestOf(autoregressive, { source }));
    };
    const { problems } = refusalOf(() => checkBans(['a', 'b', ' ']));
    expect(problems).toMatchObject([{ path: slotPath() }]);
    expect(problems[0]?.message).toContain('all are banned');
    expect(checkBans(['a', 'b']).samples).toBe(1);
  });
});

describe('a slot that owns its space', () => {
  it('is refused where no token begins with a space', () => {
    const bytes = new ByteTokenizer();
    const models = fakeModels({ vocabularySize: bytes.vocabularySize });
    const bytewise = new RequestChecker(models, bytes, registry);
    const checkText = (text: string) =>
      bytewise.check(requestOf(autoregressive, { source: { text } }));
    const { problems } = refusalOf(() => checkText('a [MASK]'));
    expect(problems).toMatchObject([{ path: ['source', 'text'] }]);
    expect(checkText('a[MASK]').samples).toBe(1);
  });
});
