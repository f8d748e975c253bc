/**
 * The contents of a small tokenizer.json: the 256 bytes, a few merges, and specials.
 */

/** The character that stands for a byte in a byte-level vocabulary. */
export function byteCharacter(byte: number): string {
  const printable = (code: number) =>
    (code > 0x20 && code < 0x7f) || (code > 0xa0 && code !== 0xad);
  if (printable(byte)) return String.fromCharCode(byte);
  const unprintableBefore = Array.from({ length: byte }, (_, code) => code).filter(
    (code) => !printable(code),
  );
  return String.fromCharCode(0x100 + unprintableBefore.length);
}

const merges = ['Ġ t', 'Ġt h', 'Ġth e', 'h e', 'Ã ©'];

function addedToken(id: number, content: string, special: boolean) {
  return { id, content, special, normalized: !special, lstrip: true, rstrip: true };
}

/** Ids 0 and 1 are special, 2 to 257 the bytes, then merges; the last two are added, an ordinary and a special one. */
export function smallTokenizerJson() {
  const bytes = Array.from({ length: 256 }, (_, byte) => byteCharacter(byte));
  const tokens = ['<|bos|>', '<|mask|>', ...bytes, ...merges.map((pair) => pair.replace(' ', ''))];
  const vocab: Record<string, number> = Object.fromEntries(tokens.map((token, id) => [token, id]));
  return {
    normalizer: null as unknown,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true } as unknown,
    model: { type: 'BPE', vocab, merges: merges as unknown, ignore_merges: false },
    added_tokens: [
      addedToken(0, '<|bos|>', true),
      addedToken(1, '<|mask|>', true),
      addedToken(tokens.length, '    ', false),
      addedToken(tokens.length + 1, '[unused0]', false),
    ],
    post_processor: null as unknown,
    decoder: { type: 'ByteLevel' } as unknown,
  };
}
