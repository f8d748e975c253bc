/**
 * Checks a tokenizer.json before anything is built from it: a byte-level BPE that keeps every byte of its input.
 *
 * The file is hostile input. Knows its fields; knows no library that runs it.
 */
import { InfillError } from '../errors.ts';

/** A JSON object; the fields that are read anywhere are listed. */
export type JsonObject = {
  readonly [key: string]: unknown;
  readonly added_tokens?: unknown;
  readonly behavior?: unknown;
  readonly content?: unknown;
  readonly decoder?: unknown;
  readonly id?: unknown;
  readonly ignore_merges?: unknown;
  readonly invert?: unknown;
  readonly merges?: unknown;
  readonly model?: unknown;
  readonly normalized?: unknown;
  readonly normalizer?: unknown;
  readonly pattern?: unknown;
  readonly pre_tokenizer?: unknown;
  readonly pretokenizers?: unknown;
  readonly special?: unknown;
  readonly type?: unknown;
  readonly vocab?: unknown;
  readonly Regex?: unknown;
  readonly String?: unknown;
};

/** A token beside the BPE's own vocabulary, found in text as a whole. */
export type AddedToken = {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  /** Whether it is looked for in the normalised text. */
  readonly normalized: boolean;
};

/** What is known of a checked file. */
export type TokenizerJson = {
  /** As given; the BPE's own vocabulary may hold specials too. */
  readonly vocab: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [string, string])[];
  readonly addedTokens: readonly AddedToken[];
  readonly normalizer: JsonObject | null;
  readonly preTokenizer: JsonObject;
  readonly ignoreMerges: boolean;
};

const maxVocabularySize = 1_000_000;
const maxNesting = 4;

// Others drop or insert text, and literals are tokenized one by one, as they stand.
const keptNormalizers = ['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase'];
const keptPreTokenizers = ['ByteLevel', 'Split', 'Digits'];

/**
 * The fields of a tokenizer.json that a byte-level BPE needs.
 *
 * @param source - the file's text, or what it parses to.
 * Throws `INVALID_PACK` naming the field.
 */
export function readTokenizerJson(source: unknown): TokenizerJson {
  const root = objectAt(typeof source === 'string' ? parseJson(source) : source, 'the root');
  const model = objectAt(root.model, 'model');
  if (model.type !== 'BPE') throw unsupported('model', model.type, ['BPE']);
  for (const affix of ['continuing_subword_prefix', 'end_of_word_suffix']) {
    // Older files write '' for none.
    if (model[affix] != null && model[affix] !== '')
      throw invalid(`model.${affix} is not supported`);
  }
  const decoder = objectAt(root.decoder, 'decoder');
  if (decoder.type !== 'ByteLevel') throw unsupported('decoder', decoder.type, ['ByteLevel']);
  const normalizer = root.normalizer == null ? null : objectAt(root.normalizer, 'normalizer');
  if (normalizer !== null) checkNormalizer(normalizer, 1);
  const preTokenizer = objectAt(root.pre_tokenizer, 'pre_tokenizer');
  if (checkPreTokenizer(preTokenizer, 1) !== 1) {
    throw invalid('pre_tokenizer does not have exactly one ByteLevel step');
  }
  return {
    vocab: readVocab(model.vocab),
    merges: listAt(model.merges, 'model.merges').map(readMerge),
    addedTokens: listAt(root.added_tokens ?? [], 'added_tokens').map(readAddedToken),
    normalizer,
    preTokenizer,
    ignoreMerges: model.ignore_merges === true,
  };
}

/** An `INVALID_PACK` error about this file; `what` names the field, without a full stop. */
export function invalid(what: string, cause?: unknown): InfillError {
  return new InfillError('INVALID_PACK', `tokenizer.json cannot be used: ${what}.`, { cause });
}

function unsupported(field: string, type: unknown, supported: readonly string[]): InfillError {
  return invalid(`${field} is ${JSON.stringify(type)}; supported: ${supported.join(', ')}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid('it is not JSON', cause);
  }
}

function checkNormalizer(step: JsonObject, depth: number): void {
  for (const inner of sequenceSteps(step, 'normalizers', depth)) {
    if (inner !== step) checkNormalizer(inner, depth + 1);
    else if (!isOneOf(step.type, keptNormalizers)) {
      throw unsupported('normalizer', step.type, ['Sequence', ...keptNormalizers]);
    }
  }
}

/** Returns how many ByteLevel steps there are. */
function checkPreTokenizer(step: JsonObject, depth: number): number {
  let byteLevelSteps = 0;
  for (const inner of sequenceSteps(step, 'pretokenizers', depth)) {
    if (inner !== step) byteLevelSteps += checkPreTokenizer(inner, depth + 1);
    else byteLevelSteps += checkPreTokenizerStep(step);
  }
  return byteLevelSteps;
}

function checkPreTokenizerStep(step: JsonObject): number {
  const type = step.type;
  if (!isOneOf(type, keptPreTokenizers)) {
    throw unsupported('pre_tokenizer', type, ['Sequence', ...keptPreTokenizers]);
  }
  if (type === 'Split') checkSplit(step);
  return type === 'ByteLevel' ? 1 : 0;
}

/** The library knows no other behaviour, drops what an inverted pattern leaves out, and everything without a pattern. */
function checkSplit(step: JsonObject): void {
  const pattern = objectAt(step.pattern, 'pre_tokenizer.pattern');
  const isWritten = typeof pattern.Regex === 'string' || typeof pattern.String === 'string';
  if (isWritten && step.behavior === 'Isolated' && step.invert !== true) return;
  throw invalid('pre_tokenizer has a Split other than "Isolated", not inverted, with a pattern');
}

/** The steps of a Sequence, or the step itself. */
function sequenceSteps(step: JsonObject, field: string, depth: number): readonly JsonObject[] {
  if (step.type !== 'Sequence') return [step];
  if (depth > maxNesting) throw invalid(`${field} are nested more than ${maxNesting} deep`);
  return listAt(step[field], field).map((inner) => objectAt(inner, field));
}

function readVocab(value: unknown): Map<string, number> {
  const entries = Object.entries(objectAt(value, 'model.vocab'));
  if (entries.length > maxVocabularySize) {
    throw invalid(`model.vocab has ${entries.length} tokens; the limit is ${maxVocabularySize}`);
  }
  return new Map(entries.map(([token, id]) => [token, readId(id, `model.vocab["${token}"]`)]));
}

function readMerge(value: unknown): readonly [string, string] {
  const pair: readonly unknown[] =
    typeof value === 'string' ? value.split(' ') : listAt(value, 'model.merges');
  const [left, right] = pair;
  if (pair.length !== 2 || typeof left !== 'string' || typeof right !== 'string') {
    throw invalid(`model.merges has ${JSON.stringify(value)}, which is not a pair of tokens`);
  }
  return [left, right];
}

function readAddedToken(value: unknown): AddedToken {
  const token = objectAt(value, 'added_tokens');
  const content = token.content;
  if (typeof content !== 'string' || content === '' || !isWellFormed(content)) {
    throw invalid('added_tokens has an entry without text');
  }
  const special = token.special === true;
  const id = readId(token.id, `added_tokens "${content}"`);
  return { id, content, special, normalized: (token.normalized ?? !special) === true };
}

function readId(value: unknown, field: string): number {
  if (
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= 0 &&
    value < maxVocabularySize
  ) {
    return value;
  }
  throw invalid(
    `${field} has the id ${JSON.stringify(value)}, not a whole number below ${maxVocabularySize}`,
  );
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

function objectAt(value: unknown, field: string): JsonObject {
  if (isObject(value)) return value;
  throw invalid(`${field} is not an object`);
}

function listAt(value: unknown, field: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(`${field} is not a list`);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOneOf(value: unknown, names: readonly string[]): boolean {
  return typeof value === 'string' && names.includes(value);
}
