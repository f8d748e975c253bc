import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, unitAt } from '../../src/text/utf8.ts';

/** Bytes that are often nearly UTF-8. */
const nearlyUtf8 = fc
  .array(
    fc.oneof(
      fc.constantFrom(0x61, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xe0, 0xe2, 0xed),
      fc.constantFrom(0xef, 0xbb, 0xf0, 0xf1, 0xf4, 0xf5, 0xff),
      fc.nat(255),
    ),
    { maxLength: 12 },
  )
  .map((bytes) => Uint8Array.from(bytes));

describe('unitAt', () => {
  it('cuts where the decoder cuts', () => {
    fc.assert(
      fc.property(nearlyUtf8, (bytes) => {
        const texts: string[] = [];
        for (let at = 0; at < bytes.length; ) {
          const { length } = unitAt(bytes, at);
          const text = decodeUtf8(bytes.subarray(at, at + length));
          expect([...text]).toHaveLength(1);
          texts.push(text);
          at += length;
        }
        expect(texts.join('')).toBe(decodeUtf8(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  it('tells a cut character from a broken one', () => {
    expect(unitAt(Uint8Array.of(0xf0, 0x9f), 0)).toEqual({ length: 2, cut: true });
    expect(unitAt(Uint8Array.of(0xf0, 0x9f, 0x61), 0)).toEqual({ length: 2, cut: false });
    expect(unitAt(Uint8Array.of(0xe0, 0x80), 0)).toEqual({ length: 1, cut: false });
  });
});

describe('decodeUtf8', () => {
  it('keeps a byte order mark, which is text here', () => {
    expect(decodeUtf8(new TextEncoder().encode('\ufeffa'))).toBe('\ufeffa');
  });
});
