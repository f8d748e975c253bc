/**
 * Which bytes of a text belong to words.
 *
 * Knows UTF-8 bytes; knows no token.
 */

/** Whether a byte is of a word: a letter, a digit or a byte of a longer character. */
export function isInsideWord(byte: number): boolean {
  const isLetter = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
  return isLetter || (byte >= 0x30 && byte <= 0x39) || byte >= 0x80;
}
