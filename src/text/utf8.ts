/**
 * UTF-8 byte by byte: where characters begin and end, and which bytes can never become one.
 *
 * Cuts where the Encoding Standard's decoder cuts, so decoding a text unit by unit equals decoding it whole.
 * Knows bytes; knows no tokens and no slots.
 */

/**
 * A character, or bytes that decode to one U+FFFD.
 *
 * `cut` means the bytes ended inside a character: more bytes could complete it.
 */
export type Utf8Unit = { readonly length: number; readonly cut: boolean };

/** The most bytes of a character after its first. */
export const maxContinuation = 3;

// ignoreBOM keeps a leading U+FEFF, which is text here.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of `bytes`; each ill-formed unit becomes one U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Whether `byte` can only stand inside a character, 80 to BF. */
export function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte <= 0xbf;
}

/**
 * The unit that begins at `offset`.
 *
 * @param offset - in [0, bytes.length), at the start of a unit.
 * Source: The Unicode Standard, table 3-7, and its practice of replacing maximal subparts.
 */
export function unitAt(bytes: Uint8Array, offset: number): Utf8Unit {
  const lead = bytes[offset] ?? 0;
  const following = continuationCount(lead);
  for (let i = 1; i <= following; i += 1) {
    const byte = bytes[offset + i];
    if (byte === undefined) return { length: i, cut: true };
    const allowed = i === 1 ? canFollowLead(lead, byte) : isContinuation(byte);
    if (!allowed) return { length: i, cut: false };
  }
  return { length: following + 1, cut: false };
}

/** How many bytes follow `lead` in a character; 0 for ASCII and for bytes that begin none. */
function continuationCount(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 0;
  if (lead < 0xe0) return 1;
  return lead < 0xf0 ? 2 : 3;
}

/** Rules out overlong forms, surrogates and code points above U+10FFFF, which show in the second byte. */
function canFollowLead(lead: number, second: number): boolean {
  if (!isContinuation(second)) return false;
  if (lead === 0xe0) return second >= 0xa0;
  if (lead === 0xed) return second <= 0x9f;
  if (lead === 0xf0) return second >= 0x90;
  if (lead === 0xf4) return second <= 0x8f;
  return true;
}
