/** What maskings open, on texts and on tokens. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemText, maskText, maskTokens } from '../../src/benchmark/mask-item.ts';
import { wordSpans } from '../../src/benchmark/text-units.ts';

const key = { datasetDigest: 'ab'.repeat(32), seed: 7n };
const sentence = 'The quick brown fox, never tired, jumps over the lazy dog.';
const item = { id: 'fox', group: null, text: sentence };
const story = {
  id: 's',
  group: null,
  text: 'Ana woke. It rained. She "hummed." Then tea! Then work.',
};
const explicit = {
  id: 'e',
  group: null,
  template: 'A \\[MASK] is [MASK:3] to [MASK].',
  gold: ['not always', 'see'],
};

function plain(segments: ReturnType<typeof maskText>['segments']): string {
  return segments
    .map((segment) => ('text' in segment ? segment.text : `<${segment.gold}>`))
    .join('');
}

function goldOf({ segments }: ReturnType<typeof maskText>): string[] {
  return segments.flatMap((segment) => ('gold' in segment ? [segment.gold] : []));
}

describe('a rate of words', () => {
  it('opens exactly the rounded share, at least one, and keeps the text', () => {
    const words = fc.array(fc.constantFrom('a', 'bee', "sea's", 'd-e'), {
      minLength: 1,
      maxLength: 60,
    });
    const rates = fc.integer({ min: 1, max: 1000 }).map((thousandths) => thousandths / 1000);
    fc.assert(
      fc.property(words, rates, fc.string(), (list, rate, id) => {
        const text = `“${list.join(', ')}.”`;
        const { segments } = maskText(
          { id, group: null, text },
          { kind: 'RATE', rate, unit: 'WORD' },
          key,
        );
        const gold = segments.flatMap((segment) => ('gold' in segment ? [segment.gold] : []));
        expect(gold).toHaveLength(Math.max(1, Math.round(rate * list.length)));
        expect(
          segments.map((segment) => ('text' in segment ? segment.text : segment.gold)).join(''),
        ).toBe(text);
        for (const word of gold) expect(wordSpans(word)).toEqual([{ start: 0, end: word.length }]);
      }),
    );
  });

  it('is fixed for good by digest, item, masking and seed', () => {
    const masking = { kind: 'RATE', rate: 0.3, unit: 'WORD' } as const;
    expect(plain(maskText(item, masking, key).segments)).toBe(
      'The <quick> brown fox, <never> tired, jumps over <the> lazy dog.',
    );
  });

  it.each([
    ['digest', { ...key, datasetDigest: 'cd'.repeat(32) }, 'fox', 0.5],
    ['seed', { ...key, seed: 8n }, 'fox', 0.5],
    ['item id', key, 'vixen', 0.5],
  ])('depends on the %s', (_, otherKey, id, rate) => {
    const masking = { kind: 'RATE', rate, unit: 'WORD' } as const;
    const other = maskText({ ...item, id }, masking, otherKey);
    expect(other).not.toEqual(maskText(item, masking, key));
  });

  it('opens every word equally often', () => {
    const masking = { kind: 'RATE', rate: 0.2, unit: 'WORD' } as const;
    const gold = Array.from({ length: 4000 }, (_, index) =>
      goldOf(maskText({ id: String(index), group: null, text: 'a b c d e' }, masking, key)),
    ).flat();
    // 800 expected, standard deviation 25; five of them at once stay within 4.5 of it but for 1 in 29,000 seeds.
    for (const word of 'abcde') {
      const count = gold.filter((opened) => opened === word).length;
      expect(Math.abs(count - 800)).toBeLessThan(113);
    }
  });
});

describe('a span of words', () => {
  it('is one piece of that many words, never at the start, and reaches the end', () => {
    const starts = new Set<string>();
    for (let index = 0; index < 200; index += 1) {
      const masking = { kind: 'SPAN', length: 3, unit: 'WORD' } as const;
      const gold = goldOf(maskText({ ...item, id: String(index) }, masking, key));
      expect(gold).toHaveLength(1);
      expect(wordSpans(gold[0] ?? '')).toHaveLength(3);
      starts.add(gold[0] ?? '');
    }
    // Of eleven words, spans start at the second to the ninth: each of eight is missed once in 10^11.
    expect(starts.size).toBe(8);
    expect(starts.has('the lazy dog')).toBe(true);
    expect(starts.has('The quick brown')).toBe(false);
  });

  it('needs one word more than it opens', () => {
    const masking = { kind: 'SPAN', length: 2, unit: 'WORD' } as const;
    const short = { id: 'two-words', group: null, text: 'Only two.' };
    expect(() => maskText(short, masking, key)).toThrow(
      'Item "two-words" has 2 words; span-2-word needs 3.',
    );
    const { segments } = maskText({ ...short, text: 'Now it is.' }, masking, key);
    expect(segments).toEqual([{ text: 'Now ' }, { gold: 'it is' }, { text: '.' }]);
  });
});

describe('the middle sentence', () => {
  it('is the third of five, with its marks', () => {
    expect(maskText(story, { kind: 'MIDDLE_SENTENCE' }, key).segments).toEqual([
      { text: 'Ana woke. It rained. ' },
      { gold: 'She "hummed."' },
      { text: ' Then tea! Then work.' },
    ]);
  });

  it('refuses a text of four sentences by the item', () => {
    const four = { ...story, text: 'One. Two. Three. Four.' };
    expect(() => maskText(four, { kind: 'MIDDLE_SENTENCE' }, key)).toThrow(
      'Item "s" has 4 sentences; middle-sentence needs exactly 5.',
    );
  });
});

describe('explicit masks', () => {
  it('are those of the template, with their gold texts', () => {
    expect(maskText(explicit, { kind: 'EXPLICIT' }, key).segments).toEqual([
      { text: 'A [MASK] is ' },
      { gold: 'not always' },
      { text: ' to ' },
      { gold: 'see' },
      { text: '.' },
    ]);
    expect(itemText(explicit)).toBe('A [MASK] is not always to see.');
  });

  it('need a template and as many gold texts as masks', () => {
    expect(() => maskText(item, { kind: 'EXPLICIT' }, key)).toThrow('Item "fox" has no template');
    const missing = { ...explicit, gold: ['one'] };
    expect(() => maskText(missing, { kind: 'EXPLICIT' }, key)).toThrow(
      'Item "e" has 2 masks and 1 gold text;',
    );
  });
});

describe('tokens', () => {
  it('are open at exactly the rounded share, and the gold ids are theirs', () => {
    const ids = Array.from({ length: 15 }, (_, index) => index + 100);
    const masked = maskTokens({ id: 't', ids }, { kind: 'RATE', rate: 0.3, unit: 'TOKEN' }, key);
    expect(masked.gold).toHaveLength(5);
    const gold = masked.gold.values();
    expect(masked.tokens.map((token) => token ?? gold.next().value)).toEqual(ids);
  });

  it('are open in a row, never at the start', () => {
    for (let index = 0; index < 50; index += 1) {
      const masking = { kind: 'SPAN', length: 4, unit: 'TOKEN' } as const;
      const { tokens, gold } = maskTokens(
        { id: String(index), ids: [0, 1, 2, 3, 4, 5] },
        masking,
        key,
      );
      const start = tokens.indexOf(null);
      expect([1, 2]).toContain(start);
      expect(gold).toEqual([start, start + 1, start + 2, start + 3]);
    }
  });

  it('refuse an item without any', () => {
    const masking = { kind: 'RATE', rate: 0.3, unit: 'TOKEN' } as const;
    expect(() => maskTokens({ id: 'none', ids: [] }, masking, key)).toThrow(
      'Item "none" has 0 tokens',
    );
  });
});
