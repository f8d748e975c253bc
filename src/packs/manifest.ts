/**
 * `pack.json`: what a pack says of itself, as a schema, and the digest over what its results depend on.
 *
 * Knows fields; opens no file.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type ErrorCode, InfillError } from '../errors.ts';

/** Name of the manifest in a pack. */
export const manifestFileName = 'pack.json';

/** Name of the weights of a trained fusion. */
export const fusionWeightsFileName = 'fusion.bin';

/** Name of the picture of a fusion's training; nothing depends on it. */
export const lossCurveFileName = 'loss-curve.svg';

/** Name of the tokenizer in a pack. */
export const tokenizerFileName = 'tokenizer.json';

/** Version of the pack format that this program reads and writes. */
export const formatVersion = 1;

/** Lower-case letters, digits and hyphens, at most 64. */
export const packIdPattern = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Longest span that a length bias has an entry for. */
export const maxBiasLength = 256;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const id = z.int().nonnegative().max(0x7fffffff);
const extent = z.int().positive().max(0x7fffffff);
const fileName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/);
/** Most characters of a card, and of every other text. */
export const maxCardLength = 4000;

/** Most texts that a pack names as what it was made with. */
export const maxTexts = 1000;

const text = z.string().max(maxCardLength);

const roleFields = {
  architecture: text,
  backbone: fileName,
  head: fileName,
  /** Bounded, because graph inputs are listed by layer before any graph is read. */
  layerCount: z.int().positive().max(1024),
  hiddenSize: extent,
  headCount: extent,
  keyValueHeadCount: extent,
  headSize: extent,
  parameterCount: z.int().positive(),
  /** Of the matrices and of the arithmetic with them; everything else is float32. */
  precision: z.enum(['f32', 'int8', 'int4']),
  /** Of the checkpoint's weights in the weights file, as far as they are not quantised. */
  storage: z.enum(['f32', 'f16']),
  /** Positions the model was trained on, its frame included. */
  trainedContextLength: extent,
  /** Prompt positions it may be given: the trained length without its frame. */
  usableContextLength: extent,
};

const causal = z.strictObject({ ...roleFields, cache: z.literal('append'), startId: id });
const masked = z.strictObject({
  ...roleFields,
  maskId: id,
  prefixIds: z.array(id).max(16),
  suffixIds: z.array(id).max(16),
  /**
   * Entry i is the mean of the largest probabilities in an open span of i + 1 tokens, whatever stands there: what a
   * length's confidence is divided by where lengths are unknown. Part of the digest, since results depend on it.
   */
  lengthBias: z.array(z.number().gt(0).max(1)).min(1).max(maxBiasLength).optional(),
});
const fusion = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('mean-of-heads') }),
  z.strictObject({
    kind: z.literal('linear'),
    /** W_c, without bias; and W_m with the bias of both. */
    causalHead: fileName,
    maskedHead: fileName,
    parameterCount: z.int().positive(),
    storage: z.enum(['f32', 'f16']),
    /** Absent: f32. */
    precision: z.enum(['int8', 'int4']).optional(),
  }),
]);

const checkpointSource = z.strictObject({
  role: z.enum(['causal', 'masked']),
  /** The folder's own name, without its path. */
  folder: z.string().max(255),
  config: sha256,
});

const lengthBiasSource = z.strictObject({
  gapCount: z.int().positive(),
  /** Decimal. */
  seed: z.string().regex(/^[0-9]{1,19}$/),
  texts: z.array(z.strictObject({ name: z.string().max(255), sha256 })).max(maxTexts),
});

const perplexities = z.array(z.strictObject({ maskRate: z.number(), perplexity: z.number() }));

const fusionSource = z.strictObject({
  exampleCount: z.int().positive(),
  /** Steps of the training, and those after which the layer was best. */
  stepCount: z.int().nonnegative(),
  bestStep: z.int().nonnegative(),
  /** Decimal. */
  seed: z.string().regex(/^[0-9]{1,19}$/),
  options: z.record(z.string().max(64), z.number()),
  texts: z
    .array(
      z.strictObject({
        name: z.string().max(255),
        sha256,
        /** Packs of before it was kept have none. */
        sizeBytes: z.int().nonnegative().optional(),
      }),
    )
    .max(maxTexts),
  /** Of documents that were held out. */
  untrained: perplexities,
  trained: perplexities,
});

const trainingSource = z.strictObject({
  id: z.string().regex(packIdPattern),
  version: text,
  digest: sha256,
  /** What that pack says of itself. */
  card: text,
  /** Program and version that trained. */
  tool: text,
});

const quantisationSource = z.strictObject({
  id: z.string().regex(packIdPattern),
  digest: sha256,
  /** Program and version that quantised. */
  tool: text,
});

/** Schema of `pack.json`; unknown fields are refused. */
const manifestSchema = z.strictObject({
  formatVersion: z.literal(formatVersion),
  id: z.string().regex(packIdPattern),
  version: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.+-]{0,63}$/),
  digest: sha256,
  licence: text,
  card: text,
  vocabularySize: extent,
  bannedIds: z.array(id),
  roles: z.strictObject({
    causal: causal.optional(),
    masked: masked.optional(),
    fusion: fusion.optional(),
  }),
  files: z.record(fileName, z.strictObject({ size: z.int().nonnegative(), sha256 })),
  provenance: z.strictObject({
    checkpoints: z.array(checkpointSource).max(2),
    tool: text,
    builtAt: z.iso.datetime().nullable(),
    notes: text,
    /** What the masked role's length bias was measured on. */
    lengthBias: lengthBiasSource.optional(),
    /** What the fusion was trained with. */
    fusion: fusionSource.optional(),
    /** The pack whose models the fusion was trained for; packs of before it was kept have none. */
    trainedFrom: trainingSource.optional(),
    /** The pack that this one is the quantised form of. */
    quantisedFrom: quantisationSource.optional(),
  }),
  evaluation: z
    .array(z.strictObject({ metric: text, dataset: text, decoder: text, value: z.number() }))
    .max(1000)
    .default([]),
});

/** A manifest. */
export type Manifest = z.infer<typeof manifestSchema>;
/** A trained fusion in a manifest. */
export type LinearFusionManifest = Extract<z.infer<typeof fusion>, { kind: 'linear' }>;
/** What a fusion was trained with. */
export type FusionSource = z.infer<typeof fusionSource>;
/** The causal role in a manifest. */
export type CausalManifest = z.infer<typeof causal>;
/** The masked role in a manifest. */
export type MaskedManifest = z.infer<typeof masked>;

/** Ids that the roles give a meaning of their own: start, mask and frame. */
export function specialIds({ causal, masked }: Manifest['roles']): number[] {
  const causalIds = causal ? [causal.startId] : [];
  return masked
    ? [...causalIds, masked.maskId, ...masked.prefixIds, ...masked.suffixIds]
    : causalIds;
}

/** What results depend on: files, special ids, shapes. */
export type DigestedFacts = Pick<
  Manifest,
  'formatVersion' | 'vocabularySize' | 'bannedIds' | 'roles' | 'files'
>;

/**
 * Checks what a `pack.json` holds.
 *
 * @param code - of the error: whether the manifest is being read or about to be written.
 * @throws InfillError naming every field that is wrong.
 */
export function parseManifest(json: unknown, code: ErrorCode): Manifest {
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new InfillError(code, `${manifestFileName} is invalid: ${z.prettifyError(parsed.error)}.`);
}

/** sha256 (hex) over the facts, written as JSON with sorted keys. Two packs with one digest compute the same. */
export function packDigest(facts: DigestedFacts): string {
  const { vocabularySize, bannedIds, roles } = facts;
  const { [lossCurveFileName]: _, ...files } = facts.files;
  const digested = { formatVersion: facts.formatVersion, vocabularySize, bannedIds, roles, files };
  return createHash('sha256')
    .update(JSON.stringify(sortKeys(digested)))
    .digest('hex');
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, field]) => [key, sortKeys(field)]));
}
