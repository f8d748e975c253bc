/**
 * What a pack needs to know of a `tokenizer.json`: its tokens, which are special, its mask and its frame.
 *
 * Knows the file's fields; encodes nothing.
 */
import { z } from 'zod';
import { InfillError } from '../../errors.ts';
import { readJson } from '../regular-file.ts';
import { findCheckpointFile, requireCheckpointFile } from './checkpoint-file.ts';

/** A token that is matched as a whole before the vocabulary is used. */
type AddedToken = { readonly id: number; readonly content: string; readonly special: boolean };

/** A tokenizer, read. */
export type TokenizerFacts = {
  readonly path: string;
  /** Every token by id, added ones included. */
  readonly tokens: ReadonlyMap<number, string>;
  readonly addedTokens: readonly AddedToken[];
  /** Ids put before and after a text; both empty without a frame. */
  readonly frame: { readonly prefixIds: readonly number[]; readonly suffixIds: readonly number[] };
  /** Text of the mask token where a file beside `tokenizer.json` names it. */
  readonly namedMask: string | null;
};

const maxBytes = 256 * 1024 * 1024;
const code = 'INVALID_CHECKPOINT';

const templatePiece = z.union([
  z.object({ SpecialToken: z.object({ id: z.string() }) }),
  z.object({ Sequence: z.object({ id: z.string() }) }),
]);
const simpleProcessor = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ByteLevel') }),
  z.object({
    type: z.literal('TemplateProcessing'),
    single: z.array(templatePiece),
    special_tokens: z.record(z.string(), z.object({ ids: z.array(z.int().nonnegative()) })),
  }),
  z.object({
    type: z.enum(['BertProcessing', 'RobertaProcessing']),
    cls: z.tuple([z.string(), z.int().nonnegative()]),
    sep: z.tuple([z.string(), z.int().nonnegative()]),
  }),
]);
const processor = z.union([
  simpleProcessor,
  z.object({ type: z.literal('Sequence'), processors: z.array(simpleProcessor) }),
]);

const schema = z.looseObject({
  model: z.looseObject({
    type: z.string().optional(),
    vocab: z.record(z.string(), z.int().nonnegative()),
  }),
  added_tokens: z
    .array(z.looseObject({ id: z.int().nonnegative(), content: z.string(), special: z.boolean() }))
    .default([]),
  decoder: z.looseObject({ type: z.string() }).nullish(),
  post_processor: processor.nullish(),
});
const kindSchema = z.looseObject({
  model: z.looseObject({ type: z.string().optional() }),
  decoder: z.looseObject({ type: z.string() }).nullish(),
});
const maskSchema = z.looseObject({
  mask_token: z.union([z.string(), z.looseObject({ content: z.string() })]).nullish(),
});

/**
 * Reads the tokenizer of a checkpoint folder.
 *
 * @throws InfillError INVALID_CHECKPOINT for a malformed one; UNSUPPORTED_CHECKPOINT for one that is not byte-level.
 */
export async function readTokenizerFacts(folder: string): Promise<TokenizerFacts> {
  const file = await requireCheckpointFile(folder, 'tokenizer.json');
  const json = await readJson(file, maxBytes, code);
  refuseOtherKinds(json, folder);
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const problems = z.prettifyError(parsed.error);
    throw new InfillError(code, `tokenizer.json in ${folder} is invalid: ${problems}.`, {
      cause: parsed.error,
    });
  }
  const { model, added_tokens: addedTokens, post_processor: postProcessor } = parsed.data;
  return {
    path: file.path,
    tokens: tokensById(model.vocab, addedTokens),
    addedTokens,
    frame: frameOf(postProcessor ?? null),
    namedMask: await readNamedMask(folder),
  };
}

function refuseOtherKinds(json: unknown, folder: string): void {
  const kinds = kindSchema.safeParse(json);
  if (!kinds.success) throw new InfillError(code, `tokenizer.json in ${folder} has no model.`);
  const decoder = kinds.data.decoder?.type ?? 'none';
  const model = kinds.data.model.type ?? 'BPE';
  if (decoder === 'ByteLevel' && model === 'BPE') return;
  throw new InfillError(
    'UNSUPPORTED_CHECKPOINT',
    `The tokenizer in ${folder} has model ${model} with decoder ${decoder}; supported is BPE with ByteLevel.`,
  );
}

function tokensById(
  vocabulary: Readonly<Record<string, number>>,
  addedTokens: readonly AddedToken[],
): Map<number, string> {
  const tokens = new Map<number, string>();
  const add = (id: number, content: string) => {
    const known = tokens.get(id);
    if (known !== undefined && known !== content) {
      throw new InfillError(
        code,
        `tokenizer.json gives id ${id} to both "${known}" and "${content}".`,
      );
    }
    tokens.set(id, content);
  };
  for (const [content, id] of Object.entries(vocabulary)) add(id, content);
  for (const { id, content } of addedTokens) add(id, content);
  return tokens;
}

function frameOf(postProcessor: z.infer<typeof processor> | null): TokenizerFacts['frame'] {
  const none = { prefixIds: [], suffixIds: [] };
  if (postProcessor === null || postProcessor.type === 'ByteLevel') return none;
  if (postProcessor.type === 'Sequence') {
    const framing = postProcessor.processors.find((part) => part.type !== 'ByteLevel');
    return frameOf(framing ?? null);
  }
  if (postProcessor.type !== 'TemplateProcessing') {
    return { prefixIds: [postProcessor.cls[1]], suffixIds: [postProcessor.sep[1]] };
  }
  const { single, special_tokens: specials } = postProcessor;
  const text = single.findIndex((piece) => 'Sequence' in piece);
  if (text < 0)
    throw new InfillError(code, 'The post_processor of tokenizer.json leaves the text out.');
  const idsOf = (pieces: typeof single) =>
    pieces.flatMap((piece) =>
      'SpecialToken' in piece ? (specials[piece.SpecialToken.id]?.ids ?? []) : [],
    );
  return { prefixIds: idsOf(single.slice(0, text)), suffixIds: idsOf(single.slice(text + 1)) };
}

async function readNamedMask(folder: string): Promise<string | null> {
  for (const name of ['tokenizer_config.json', 'special_tokens_map.json']) {
    const file = await findCheckpointFile(folder, name);
    if (file === null) continue;
    const parsed = maskSchema.safeParse(await readJson(file, maxBytes, code));
    const mask = parsed.data?.mask_token;
    if (mask) return typeof mask === 'string' ? mask : mask.content;
  }
  return null;
}
