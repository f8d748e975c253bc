/**
 * What the configurations of all architectures share: how they are parsed, and which values are refused.
 *
 * Knows names and values of `config.json`; knows no graph.
 */
import { z } from 'zod';
import { InfillError } from '../../errors.ts';
import type { CheckpointConfig } from '../checkpoint/checkpoint.ts';

/** A size: a whole number of at least 1. */
export const count = z.int().positive();

/** A number of layers; bounded, because some lists are made from it before any tensor is looked for. */
export const layers = count.max(1024);

/** Bounds rotary tables in the same way. */
const maxHeadSize = 1024;

/** Settings that other models of a family use to change the arithmetic, with the values that change nothing. */
const neutralValues: Readonly<Record<string, readonly unknown[]>> = {
  attention_multiplier: [],
  attn_logit_softcapping: [],
  causal_mask: [false],
  clip_qkv: [],
  embedding_multiplier: [1],
  final_logit_softcapping: [],
  logit_scale: [1],
  logits_scaling: [1],
  no_rope_layers: [],
  num_experts: [],
  num_local_experts: [],
  partial_rotary_factor: [1],
  qk_norm: [false],
  quantization_config: [],
  query_pre_attn_scalar: [],
  residual_multiplier: [1],
  rope_interleaved: [false],
  use_qk_norm: [false],
  use_sliding_window: [false],
};

/**
 * Parses a configuration.
 *
 * @param followed - settings of the table above that the architecture's graphs do follow.
 * @throws InfillError INVALID_CHECKPOINT naming what is malformed; UNSUPPORTED_CHECKPOINT naming a setting that
 *   changes the arithmetic in a way no graph here follows.
 */
export function parseConfig<T extends z.ZodType>(
  schema: T,
  json: CheckpointConfig,
  followed: readonly string[] = [],
): z.infer<T> {
  for (const [key, neutral] of Object.entries(neutralValues)) {
    if (!followed.includes(key)) requireValue(key, json[key] ?? null, [null, ...neutral]);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const problems = z.prettifyError(parsed.error);
    throw new InfillError('INVALID_CHECKPOINT', `config.json is invalid: ${problems}.`);
  }
  return parsed.data;
}

/** @throws InfillError UNSUPPORTED_CHECKPOINT when `value` is none of `supported`. */
export function requireValue(key: string, value: unknown, supported: readonly unknown[]): void {
  if (supported.includes(value)) return;
  const choices = supported.map((choice) => JSON.stringify(choice)).join(', ');
  throw new InfillError(
    'UNSUPPORTED_CHECKPOINT',
    `${key} ${JSON.stringify(value)} is not supported; supported: ${choices}.`,
  );
}

/**
 * Size of an attention head.
 *
 * @throws InfillError INVALID_CHECKPOINT unless it is even, as rotary pairs need, and at most 1,024.
 */
export function checkHeadSize(headSize: number): number {
  if (headSize % 2 === 0 && headSize <= maxHeadSize) return headSize;
  throw new InfillError(
    'INVALID_CHECKPOINT',
    `The head size is ${headSize}; it must be a whole, even number of at most ${maxHeadSize}.`,
  );
}
