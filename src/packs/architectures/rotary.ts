/**
 * Rotary position embedding: the settings in either form of `config.json`, and tables of cosines and sines.
 *
 * Knows one kind, the unscaled one; the others are refused by name. Source: arXiv 2104.09864.
 */
import { z } from 'zod';
import { InfillError } from '../../errors.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';

/** One set of rotary settings as newer configurations have it, or `rope_scaling` of older ones. */
export const ropeParametersSchema = z.looseObject({
  rope_theta: z.number().positive().optional(),
  rope_type: z.string().optional(),
  type: z.string().optional(),
  partial_rotary_factor: z.number().optional(),
});

type RopeParameters = z.infer<typeof ropeParametersSchema>;

/**
 * The base of unscaled rotary embedding.
 *
 * @param base - from an older configuration; settings of the newer form come first.
 * @throws InfillError UNSUPPORTED_CHECKPOINT for a scaled or partial one.
 */
export function ropeBase(parameters: RopeParameters | null | undefined, base: number): number {
  const kind = parameters?.rope_type ?? parameters?.type ?? 'default';
  if (kind !== 'default') {
    throw new InfillError(
      'UNSUPPORTED_CHECKPOINT',
      `Rotary scaling "${kind}" is not supported; supported is "default".`,
    );
  }
  const factor = parameters?.partial_rotary_factor ?? 1;
  if (factor !== 1) {
    throw new InfillError(
      'UNSUPPORTED_CHECKPOINT',
      `partial_rotary_factor ${factor} is not supported; supported is 1.`,
    );
  }
  return parameters?.rope_theta ?? base;
}

/** Tables for one base, as values of a graph. */
export type RotaryTables = { readonly cosines: string; readonly sines: string };

/** Adds tables of shape (positionCount, headSize / 2) to `graph`. */
export function rotaryTables(
  graph: GraphBuilder,
  base: number,
  { positionCount, headSize }: { positionCount: number; headSize: number },
): RotaryTables {
  const angles = rotaryAngles(base, positionCount, headSize);
  const shape = [positionCount, headSize / 2];
  const name = `${base}_${positionCount}_${headSize}`;
  return {
    cosines: graph.table(`cosines_${name}`, angles.map(Math.cos), shape),
    sines: graph.table(`sines_${name}`, angles.map(Math.sin), shape),
  };
}

/**
 * Angles `p · base^(−2j/headSize)` for position p and pair j, row by row.
 *
 * Every step is rounded to float32, as in the implementations that trained the checkpoints: at position 8,000 the
 * rounding is worth 5e-4 radians.
 */
function rotaryAngles(base: number, positionCount: number, headSize: number): Float32Array {
  const pairs = headSize / 2;
  const angles = new Float32Array(positionCount * pairs);
  for (let j = 0; j < pairs; j++) {
    const exponent = Math.fround((2 * j) / headSize);
    const frequency = Math.fround(1 / Math.fround(base ** exponent));
    for (let p = 0; p < positionCount; p++) angles[p * pairs + j] = p * frequency;
  }
  return angles;
}
