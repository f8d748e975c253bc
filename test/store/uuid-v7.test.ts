import { describe, expect, it } from 'vitest';
import { isUuid, uuidV7 } from '../../src/store/uuid-v7.ts';

describe('uuidV7', () => {
  it('equals the example of RFC 9562, appendix A.6', () => {
    const random = Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
    expect(uuidV7(0x017f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  });

  it('sorts by time', () => {
    const ids = [1, 255, 256, 2 ** 32, 2 ** 47].map((time) => uuidV7(time));
    expect(ids.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(ids);
  });

  it('differs within one millisecond', () => {
    const ids = Array.from({ length: 1000 }, () => uuidV7(1));
    expect(new Set(ids).size).toBe(1000);
  });
});

describe('isUuid', () => {
  it.each(['', 'run', '017f22e2-79b0-7cc3-98c4-dc0c0c07398', '017f22e279b07cc398c4dc0c0c07398f '])(
    'refuses %j',
    (text) => {
      expect(isUuid(text)).toBe(false);
    },
  );

  it('takes either case', () => {
    const id = uuidV7(0);
    expect([isUuid(id), isUuid(id.toUpperCase())]).toEqual([true, true]);
  });
});
