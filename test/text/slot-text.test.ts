import { describe, expect, it } from 'vitest';
import type { Prompt } from '../../src/text/prompt.ts';
import type { FillOrder } from '../../src/text/slot-reading.ts';
import { SlotTexts } from '../../src/text/slot-text.ts';
import { ByteTokenizer, byteTokenizerIds } from '../support/byte-tokenizer.ts';
import { promptOf } from '../support/prompt-of.ts';

const tokenizer = new ByteTokenizer([' the', ' é', 'ab']);
const theId = byteTokenizerIds.firstWord;

function prompt(text: string): Prompt {
  return promptOf(text, tokenizer);
}

function open(text: string, order: FillOrder = 'LEFT_TO_RIGHT'): SlotTexts {
  return new SlotTexts(prompt(text), tokenizer, order);
}

function byteId(byte: number): number {
  return byteTokenizerIds.firstByte + byte;
}

/** Commits bytes at `positions`, and returns what each commit updates as "index:text", with ! where complete. */
function stream(texts: SlotTexts, fills: readonly (readonly [number, number])[]): string[] {
  return fills.map(([position, byte]) => {
    texts.commit(position, byteId(byte));
    return shown(texts);
  });
}

function shown(texts: SlotTexts): string {
  return texts
    .updates()
    .map(({ index, text, complete }) => `${index}:${text}${complete ? '!' : ''}`)
    .join(' ');
}

describe('SlotTexts, left to right', () => {
  it('withholds a character until its last byte is there', () => {
    const texts = open('[MASK:5]');
    expect(
      stream(texts, [
        [0, 0x61],
        [1, 0xf0],
        [2, 0x9f],
        [3, 0x98],
        [4, 0x80],
      ]),
    ).toEqual(['0:a', '', '', '', '0:a😀!']);
    expect(texts.filled()?.text).toBe('a😀');
  });

  it('shows bytes that can no longer be a character as U+FFFD, at the end once the slot is full', () => {
    const texts = open('[MASK:4]é');
    expect(
      stream(texts, [
        [0, 0xe2],
        [1, 0x61],
        [2, 0xbf],
        [3, 0xe2],
      ]),
    ).toEqual(['', '0:\ufffda', '0:\ufffda\ufffd', '0:\ufffda\ufffd\ufffd!']);
    expect(texts.filled()?.text).toBe('\ufffda\ufffd\ufffdé');
  });

  it('counts offsets in UTF-16 units, before slots and in them', () => {
    const texts = open('é😀 [MASK:4]𝄞[MASK]');
    const { slots } = prompt('é😀 [MASK:4]𝄞[MASK]');
    const starts = slots.map(({ span }) => span.start);
    expect(starts).toEqual([6, 14]);
    stream(texts, [
      [6, 0xf0],
      [7, 0x9f],
      [8, 0x98],
      [9, 0x80],
      [14, 0x62],
    ]);
    expect(texts.filled()).toEqual({
      text: 'é😀 😀𝄞b',
      segments: [
        { text: 'é😀 ', start: 0, end: 4, slot: null },
        { text: '😀', start: 4, end: 6, slot: 0 },
        { text: '𝄞', start: 6, end: 8, slot: null },
        { text: 'b', start: 8, end: 9, slot: 1 },
      ],
    });
  });

  it('gives a character over two slots to the first one', () => {
    const texts = open('[MASK][MASK:2]');
    expect(
      stream(texts, [
        [0, 0xe2],
        [1, 0x82],
        [2, 0xac],
      ]),
    ).toEqual(['', '', '0:€! 1:!']);
    expect(texts.filled()).toEqual({
      text: '€',
      segments: [
        { text: '€', start: 0, end: 1, slot: 0 },
        { text: '', start: 1, end: 1, slot: 1 },
      ],
    });
  });

  it('gives a character over four slots to the first one', () => {
    const texts = open('[MASK][MASK][MASK][MASK][MASK]');
    expect(
      stream(texts, [
        [0, 0xf0],
        [1, 0x9f],
        [2, 0x98],
        [3, 0x80],
        [4, 0x62],
      ]),
    ).toEqual(['', '1:!', '2:!', '0:😀! 3:!', '4:b!']);
  });

  it('sees a character that began three bytes before its slot', () => {
    const pieces = new ByteTokenizer([Uint8Array.of(0x61, 0xf0, 0x9f, 0x98)]);
    const texts = new SlotTexts(prompt('[MASK][MASK]'), pieces, 'LEFT_TO_RIGHT');
    texts.commit(0, byteTokenizerIds.firstWord);
    expect(shown(texts)).toBe('0:a');
    texts.commit(1, byteId(0x80));
    expect(shown(texts)).toBe('0:a😀! 1:!');
  });

  it('settles a slot whose last character the next slot breaks', () => {
    const texts = open('[MASK][MASK]');
    expect(
      stream(texts, [
        [0, 0xe2],
        [1, 0x61],
      ]),
    ).toEqual(['', '0:\ufffd! 1:a!']);
  });

  it('does not share a character over a literal', () => {
    const texts = open('[MASK]-[MASK]');
    expect(
      stream(texts, [
        [0, 0xc3],
        [2, 0xa9],
      ]),
    ).toEqual(['0:\ufffd!', '1:\ufffd!']);
    expect(texts.filled()?.text).toBe('\ufffd-\ufffd');
  });

  it('strips the space a slot owns, once and only from its own text', () => {
    const texts = open('a [MASK:2] [MASK].');
    texts.commit(1, theId);
    expect(shown(texts)).toBe('0:the');
    texts.commit(2, byteId(0x20));
    expect(shown(texts)).toBe('0:the !');
    texts.commit(3, theId + 1);
    expect(shown(texts)).toBe('1:é!');
    expect(texts.filled()).toEqual({
      text: 'a the  é.',
      segments: [
        { text: 'a ', start: 0, end: 2, slot: null },
        { text: 'the ', start: 2, end: 6, slot: 0 },
        { text: ' ', start: 6, end: 7, slot: null },
        { text: 'é', start: 7, end: 8, slot: 1 },
        { text: '.', start: 8, end: 9, slot: null },
      ],
    });
  });

  it('keeps a space that no slot owns', () => {
    const texts = open('a[MASK]');
    texts.commit(1, theId);
    expect(shown(texts)).toBe('0: the!');
  });

  it('shows combining characters and byte order marks as they come', () => {
    const ids = tokenizer.encode('\ufeffe\u0301');
    const texts = open(`[MASK:${ids.length}]`);
    for (const [position, id] of ids.entries()) texts.commit(position, id);
    expect(texts.filled()?.text).toBe('\ufeffe\u0301');
  });

  it('reports several commits at once, and nothing twice', () => {
    const texts = open('[MASK][MASK:2]');
    texts.commit(0, byteId(0x61));
    texts.commit(1, byteId(0x62));
    expect(shown(texts)).toBe('0:a! 1:b');
    expect(shown(texts)).toBe('');
  });
});

describe('SlotTexts, in any order', () => {
  it('shows open positions as masks', () => {
    const texts = open('a [MASK:3]', 'ANY_ORDER');
    expect(texts.snapshot()).toMatchObject([{ text: '[MASK][MASK][MASK]', complete: false }]);
    expect(stream(texts, [[2, 0x78]])).toEqual(['0:[MASK]x[MASK]']);
    texts.commit(1, theId);
    expect(shown(texts)).toBe('0:thex[MASK]');
  });

  it('withholds bytes that an open position before them could begin', () => {
    const texts = open('[MASK:3]', 'ANY_ORDER');
    expect(
      stream(texts, [
        [2, 0xa9],
        [1, 0xc3],
        [0, 0x61],
      ]),
    ).toEqual(['0:[MASK][MASK]', '0:[MASK]é', '0:aé!']);
  });

  it('withholds at most three such bytes', () => {
    const texts = open('[MASK:5]', 'ANY_ORDER');
    stream(texts, [
      [1, 0x80],
      [2, 0x80],
      [3, 0x80],
    ]);
    expect(stream(texts, [[4, 0x80]])).toEqual(['0:[MASK]\ufffd']);
  });

  it('settles slots before and after when the position between is committed', () => {
    const texts = open('[MASK][MASK][MASK]', 'ANY_ORDER');
    expect(
      stream(texts, [
        [0, 0xe2],
        [2, 0xac],
        [1, 0x82],
      ]),
    ).toEqual(['0:', '2:', '0:€! 1:! 2:!']);
  });

  it('settles a slot three slots after the one that begins its character', () => {
    const texts = open('[MASK][MASK][MASK][MASK]', 'ANY_ORDER');
    expect(
      stream(texts, [
        [3, 0x80],
        [2, 0x98],
        [1, 0x9f],
        [0, 0xf0],
      ]),
    ).toEqual(['3:', '2:', '1:', '0:😀! 1:! 2:! 3:!']);
  });

  it('goes back when positions are reopened or replaced', () => {
    const texts = open('[MASK][MASK]', 'ANY_ORDER');
    stream(texts, [
      [0, 0xc3],
      [1, 0xa9],
    ]);
    expect(texts.openCount).toBe(0);
    texts.reopen(1);
    expect(texts.openCount).toBe(1);
    expect(texts.filled()).toBeNull();
    expect(shown(texts)).toBe('0: 1:[MASK]');
    expect(stream(texts, [[1, 0x61]])).toEqual(['0:\ufffd! 1:a!']);
    expect(stream(texts, [[0, 0x62]])).toEqual(['0:b!']);
    expect(texts.openCount).toBe(0);
  });
});

describe('SlotTexts', () => {
  it('says where a position is, and refuses those of no slot', () => {
    const texts = open('a[MASK:2]b[MASK:2]');
    expect(texts.placeOf(2)).toEqual({ slot: 0, index: 1 });
    expect(texts.placeOf(4)).toEqual({ slot: 1, index: 0 });
    expect(() => texts.commit(3, theId)).toThrow('Position 3 is in no slot');
  });

  it('is filled at once without slots', () => {
    expect(open('plain').filled()?.text).toBe('plain');
    expect(open('').filled()).toEqual({ text: '', segments: [] });
  });
});
