/**
 * Receipts as files: written as the server gives them, and checked when they are read.
 */
import { z } from 'zod';
import { InfillError } from '../errors.ts';
import { digestOf } from '../service/input-digest.ts';

const tokenIds = z.array(z.int().nullable());
const length = z.union([
  z.strictObject({ tokens: z.int() }),
  z.strictObject({ between: z.strictObject({ min: z.int(), max: z.int() }) }),
]);
const slot = z.strictObject({
  key: z.string().optional(),
  length,
  choices: z.array(z.string()).optional(),
  banned: z.array(z.string()).optional(),
});
const source = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({
    segments: z.array(z.union([z.strictObject({ text: z.string() }), z.strictObject({ slot })])),
  }),
  z.strictObject({ tokens: tokenIds }),
]);

const receiptSchema = z.object({
  format: z.literal('lacuna-receipt'),
  formatVersion: z.literal(1),
  id: z.string(),
  pack: z.object({ id: z.string(), digest: z.string() }),
  request: z.object({
    source,
    decoder: z.object({ name: z.string(), options: z.record(z.string(), z.json()) }),
    sampling: z.object({
      temperature: z.number().optional(),
      topK: z.int().optional(),
      topP: z.number().optional(),
      repetitionPenalty: z.number().optional(),
    }),
    seed: z.string().regex(/^\d{1,19}$/),
    alternatives: z.int(),
    samples: z.int(),
    lengthSearch: z.enum(['CAL', 'DECODE_ALL']),
  }),
  tokens: z.array(
    z.object({
      position: z.int(),
      id: z.int(),
      text: z.string(),
      logProb: z.number().nullable(),
    }),
  ),
  digest: z.string(),
});

/** What a replay needs of a receipt. */
export type ReceiptFile = z.output<typeof receiptSchema>;

/** A token of a receipt, or of a replay. */
export type ReceiptToken = ReceiptFile['tokens'][number];

/**
 * Reads a receipt from the text of its file.
 *
 * @throws INVALID_INPUT for what is none, or has been changed since it was written
 */
export function readReceipt(text: string, name: string): ReceiptFile {
  const given = jsonOf(text, name);
  const read = receiptSchema.safeParse(given);
  if (!read.success) {
    const [first] = read.error.issues;
    const place = first === undefined ? '' : ` (${first.path.join('.')}: ${first.message})`;
    throw new InfillError('INVALID_INPUT', `${name} is not a receipt of an infill${place}.`);
  }
  const { digest, ...rest } = z.looseObject({ digest: z.string() }).parse(given);
  if (digestOf(rest) === digest) return read.data;
  const message = `${name} has been changed since it was written: its digest is not that of its contents.`;
  throw new InfillError('INVALID_INPUT', message);
}

function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notJson(name, cause);
  }
}

function notJson(name: string, cause: unknown): InfillError {
  return new InfillError('INVALID_INPUT', `${name} is not JSON.`, { cause });
}
