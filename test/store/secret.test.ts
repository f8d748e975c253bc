import { describe, expect, it } from 'vitest';
import { hashOfSecret, isSameSecret, kindOfSecret, newSecret } from '../../src/store/secret.ts';

describe('newSecret', () => {
  it.each(['lk', 'lt', 'lm'] as const)('makes one of kind %s, with 32 random bytes', (kind) => {
    const secret = newSecret(kind);
    expect(secret).toMatch(new RegExp(`^${kind}_[A-Za-z0-9_-]{43}$`));
    expect(Buffer.from(secret.slice(3), 'base64url')).toHaveLength(32);
    expect(kindOfSecret(secret)).toBe(kind);
    expect(newSecret(kind)).not.toBe(secret);
  });
});

describe('kindOfSecret', () => {
  it.each(['', 'lk_', `lk_${'a'.repeat(42)}`, `lk_${'a'.repeat(44)}`, `xx_${'a'.repeat(43)}`])(
    'knows "%s" for no secret',
    (text) => {
      expect(kindOfSecret(text)).toBeNull();
    },
  );
});

describe('hashOfSecret', () => {
  it('is SHA-256, in hexadecimal', () => {
    // The first example of FIPS 180-2, appendix B.1.
    expect(hashOfSecret('abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

describe('isSameSecret', () => {
  it('compares whole secrets, of any lengths', () => {
    expect(isSameSecret('abc', 'abc')).toBe(true);
    expect(isSameSecret('abc', 'abd')).toBe(false);
    expect(isSameSecret('abc', 'abcd')).toBe(false);
  });
});
