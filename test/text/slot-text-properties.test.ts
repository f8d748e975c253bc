import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/text/assemble.ts';
import type { Prompt } from '../../src/text/prompt.ts';
import type { FillOrder } from '../../src/text/slot-reading.ts';
import { SlotTexts } from '../../src/text/slot-text.ts';
import { decodeUtf8, unitAt } from '../../src/text/utf8.ts';
import { ByteTokenizer, byteTokenizerIds } from '../support/byte-tokenizer.ts';
import { promptOf } from '../support/prompt-of.ts';

const tokenizer = new ByteTokenizer();

function prompt(text: string): Prompt {
  return promptOf(text, tokenizer);
}

const byte = fc.constantFrom(
  ...[0x20, 0x61, 0x80, 0x82, 0x98, 0x9f, 0xac, 0xbf, 0xc3, 0xe2, 0xed, 0xf0, 0xff],
);
const template = fc
  .array(
    fc.constantFrom('[MASK]', '[MASK:2]', '[MASK:4]', ' [MASK]', 'a', 'é ', '\\[MASK]', '\r\n'),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));

/** A byte for a position. */
type ByteFill = { readonly position: number; readonly byte: number };

type Filling = { readonly prompt: Prompt; readonly fills: readonly ByteFill[] };

/** A prompt with a byte for each open position, in the order of positions. */
const filling: fc.Arbitrary<Filling> = template.chain((text) => {
  const encoded = prompt(text);
  const positions = encoded.ids.flatMap((id, position) => (id === null ? [position] : []));
  const { length } = positions;
  return fc.array(byte, { minLength: length, maxLength: length }).map((bytes) => ({
    prompt: encoded,
    fills: positions.map((position, i) => ({ position, byte: bytes[i] ?? 0 })),
  }));
});

/** A filling whose bytes are committed in any order. */
const shuffledFilling = filling.chain((filled) =>
  fc
    .shuffledSubarray([...filled.fills], { minLength: filled.fills.length })
    .map((order) => ({ ...filled, order })),
);

/** Decodes each chain of slots whole and gives every unit to the slot of its first byte. */
function slowTexts({ prompt: { slots, parts }, fills }: Filling): string[] {
  const byteAt = new Map(fills.map((fill) => [fill.position, fill.byte]));
  const texts = slots.map(() => '');
  let chain: { slot: number; byte: number }[] = [];
  const flush = () => {
    const bytes = Uint8Array.from(chain, (entry) => entry.byte);
    for (let at = 0; at < bytes.length; ) {
      const { length } = unitAt(bytes, at);
      texts[chain[at]?.slot ?? 0] += decodeUtf8(bytes.subarray(at, at + length));
      at += length;
    }
    chain = [];
  };
  for (const part of parts) {
    if (part.kind === 'literal') {
      flush();
      continue;
    }
    const { index, span } = part.slot;
    for (let i = span.start; i < span.end; i += 1) {
      chain.push({ slot: index, byte: byteAt.get(i) ?? 0 });
    }
  }
  flush();
  return texts.map((text, index) => (slots[index]?.ownsSpace ? text.replace(/^ /, '') : text));
}

/** Commits in order; after each commit the updates applied so far must be the whole truth. */
function commitAll(encoded: Prompt, fills: readonly ByteFill[], order: FillOrder): SlotTexts {
  const texts = new SlotTexts(encoded, tokenizer, order);
  const seen = texts.snapshot();
  for (const fill of fills) {
    texts.commit(fill.position, byteTokenizerIds.firstByte + fill.byte);
    for (const update of texts.updates()) seen[update.index] = update;
    expect(seen).toEqual(texts.snapshot());
  }
  return texts;
}

/** Whether the pieces stand in the text, in order and apart. */
function hasInOrder(text: string, pieces: readonly string[]): boolean {
  let at = 0;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return true;
}

describe('SlotTexts', () => {
  it('ends with what decoding everything at once gives, whatever the order', () => {
    fc.assert(
      fc.property(shuffledFilling, ({ prompt: encoded, fills, order }) => {
        const expected = slowTexts({ prompt: encoded, fills });
        for (const texts of [
          commitAll(encoded, fills, 'LEFT_TO_RIGHT'),
          commitAll(encoded, order, 'ANY_ORDER'),
        ]) {
          expect(texts.snapshot().map((slot) => slot.text)).toEqual(expected);
          expect(texts.snapshot().every((slot) => slot.complete)).toBe(true);
          expect(texts.filled()).toEqual(assemble(encoded, expected));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('is the same after positions were reopened and committed again', () => {
    fc.assert(
      fc.property(shuffledFilling, ({ prompt: encoded, fills, order }) => {
        const texts = commitAll(encoded, fills, 'ANY_ORDER');
        const before = texts.snapshot();
        for (const fill of order) texts.reopen(fill.position);
        expect(texts.updates()).toEqual(new SlotTexts(encoded, tokenizer, 'ANY_ORDER').snapshot());
        for (const fill of order) {
          texts.commit(fill.position, byteTokenizerIds.firstByte + fill.byte);
        }
        expect(texts.updates()).toEqual(before);
      }),
    );
  });

  it('only ever adds to a slot from left to right', () => {
    fc.assert(
      fc.property(filling, ({ prompt: encoded, fills }) => {
        const texts = new SlotTexts(encoded, tokenizer, 'LEFT_TO_RIGHT');
        const seen = texts.snapshot();
        for (const fill of fills) {
          texts.commit(fill.position, byteTokenizerIds.firstByte + fill.byte);
          for (const update of texts.updates()) {
            expect(update.text.startsWith(seen[update.index]?.text ?? '')).toBe(true);
            expect(seen[update.index]?.complete).toBe(false);
            seen[update.index] = update;
          }
        }
      }),
    );
  });

  it('shows of an open slot only what stays when it is filled', () => {
    fc.assert(
      fc.property(shuffledFilling, ({ prompt: encoded, fills, order }) => {
        const expected = slowTexts({ prompt: encoded, fills });
        const texts = new SlotTexts(encoded, tokenizer, 'ANY_ORDER');
        for (const fill of order) {
          texts.commit(fill.position, byteTokenizerIds.firstByte + fill.byte);
          for (const { index, text } of texts.updates()) {
            expect(hasInOrder(expected[index] ?? '', text.split('[MASK]'))).toBe(true);
          }
        }
      }),
      { numRuns: 400 },
    );
  });
});

const anyTexts = fc.array(fc.string({ unit: 'binary', maxLength: 3 }), {
  minLength: 8,
  maxLength: 8,
});

describe('assemble', () => {
  it('gives the literals back when the slots are cut out', () => {
    fc.assert(
      fc.property(template, anyTexts, (text, slotTexts) => {
        const encoded = prompt(text);
        const { text: whole, segments } = assemble(encoded, slotTexts);
        const cut = (isSlot: boolean) =>
          segments
            .filter(({ slot }) => (slot !== null) === isSlot)
            .map(({ start, end }) => whole.slice(start, end));
        expect(cut(false).join('')).toBe(
          text.replaceAll(/(?<!\\)\[MASK(:\d)?\]/g, '').replaceAll('\\[', '['),
        );
        expect(cut(true)).toEqual(slotTexts.slice(0, encoded.slots.length));
        expect(segments.map((segment) => segment.text).join('')).toBe(whole);
      }),
    );
  });
});
