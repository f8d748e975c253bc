/**
 * A small byte-level tokenizer as the object that `tokenizer.json` holds.
 */

/** Texts of the four special tokens, by id. */
export const tinySpecials = ['<|pad|>', '<|bos|>', '<|eos|>', '<|mask|>'] as const;

/** A byte-level BPE with `size` ids: specials, bytes, and merges of a space or a letter with a letter. */
export function tinyTokenizer(size: number) {
  const bytes = byteCharacters();
  const tokens: string[] = [...tinySpecials, ...bytes];
  const merges: [string, string][] = [];
  const letters = [...'etaoinshrdlucmfwygpbvk'];
  for (const first of ['Ġ', ...letters]) {
    for (const second of letters) {
      if (tokens.length >= size) break;
      merges.push([first, second]);
      tokens.push(first + second);
    }
  }
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: tinySpecials.map((content, id) => addedToken(id, content)),
    normalizer: null,
    pre_tokenizer: {
      type: 'ByteLevel',
      add_prefix_space: false,
      trim_offsets: true,
      use_regex: true,
    },
    post_processor: null as unknown,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
}

/** An entry of `added_tokens`. */
export function addedToken(id: number, content: string, special = true) {
  return {
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special,
  };
}

/** The character that stands for each byte in a byte-level vocabulary. */
function byteCharacters(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable =
      (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
    return String.fromCharCode(printable ? byte : next++);
  });
}
