/**
 * Rotary position embedding: the settings in either form of `config.json`, and tables of cosines and sines.
 *
 * Knows the unscaled kind and that of Llama 3; the others are refused by name. Sources: arXiv 2104.09864; for the
 * scaling, `_compute_llama3_parameters` of Hugging Face transformers.
 */
import { z } from 'zod';
import { InfillError } from '../../errors.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';

const positive = z.number().positive();

/** One set of rotary settings as newer configurations have it, or `rope_scaling` of older ones. */
export const ropeParametersSchema = z.looseObject({
  rope_theta: positive.optional(),
  rope_type: z.string().optional(),
  type: z.string().optional(),
  partial_rotary_factor: z.number().optional(),
});

type RopeParameters = z.infer<typeof ropeParametersSchema>;

const llama3Schema = z.looseObject({
  factor: positive,
  low_freq_factor: positive,
  high_freq_factor: positive,
  original_max_position_embeddings: positive,
});

/** How Llama 3 stretches the waves that are longer than the context it was first trained with. */
export type Llama3Scaling = {
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
  /** Positions. */
  readonly originalContextLength: number;
};

/** What the angles are computed from. */
export type RotarySettings = { readonly base: number; readonly scaling: Llama3Scaling | null };

/**
 * The settings of a configuration.
 *
 * @param parameters - of the newer form, which has the base too; or the scaling of the older one.
 * @param base - from an older configuration; settings of the newer form come first.
 * @throws InfillError UNSUPPORTED_CHECKPOINT for another scaling or a partial one; INVALID_CHECKPOINT for one that lacks
 *   a number.
 */
export function rotarySettings(
  parameters: RopeParameters | null | undefined,
  base: number,
): RotarySettings {
  const kind = parameters?.rope_type ?? parameters?.type ?? 'default';
  if (kind !== 'default' && kind !== 'llama3') {
    throw new InfillError(
      'UNSUPPORTED_CHECKPOINT',
      `Rotary scaling "${kind}" is not supported; supported: "default", "llama3".`,
    );
  }
  const factor = parameters?.partial_rotary_factor ?? 1;
  if (factor !== 1) {
    throw new InfillError(
      'UNSUPPORTED_CHECKPOINT',
      `partial_rotary_factor ${factor} is not supported; supported is 1.`,
    );
  }
  const scaling = kind === 'llama3' ? llama3Scaling(parameters) : null;
  return { base: parameters?.rope_theta ?? base, scaling };
}

function llama3Scaling(parameters: unknown): Llama3Scaling {
  const parsed = llama3Schema.safeParse(parameters);
  if (!parsed.success) {
    const problems = z.prettifyError(parsed.error);
    throw new InfillError('INVALID_CHECKPOINT', `Rotary scaling "llama3" is invalid: ${problems}.`);
  }
  const { factor, low_freq_factor, high_freq_factor, original_max_position_embeddings } =
    parsed.data;
  if (high_freq_factor <= low_freq_factor) {
    throw new InfillError(
      'INVALID_CHECKPOINT',
      `Rotary scaling "llama3" has high_freq_factor ${high_freq_factor}; it must be above low_freq_factor ${low_freq_factor}.`,
    );
  }
  return {
    factor,
    lowFrequencyFactor: low_freq_factor,
    highFrequencyFactor: high_freq_factor,
    originalContextLength: original_max_position_embeddings,
  };
}

/**
 * What of the older form, `rope_scaling`, and the newer, `rope_parameters`, is there.
 *
 * @throws InfillError UNSUPPORTED_CHECKPOINT when both are: which one holds, implementations do not agree on.
 */
export function oneForm<T, S>(parameters: T | null | undefined, scaling: S | null | undefined) {
  if (parameters == null || scaling == null) return parameters ?? scaling;
  throw new InfillError(
    'UNSUPPORTED_CHECKPOINT',
    'config.json has both rope_scaling and rope_parameters; supported is one of them.',
  );
}

/** Tables for one set of settings, as values of a graph. */
export type RotaryTables = { readonly cosines: string; readonly sines: string };

/** Adds tables of shape (positionCount, headSize / 2) to `graph`. */
export function rotaryTables(
  graph: GraphBuilder,
  settings: RotarySettings,
  { positionCount, headSize }: { positionCount: number; headSize: number },
): RotaryTables {
  const angles = rotaryAngles(frequencies(settings, headSize), positionCount);
  const shape = [positionCount, headSize / 2];
  const { base, scaling } = settings;
  const kind = scaling === null ? '' : `_${Object.values(scaling).join('_')}`;
  const name = `${base}${kind}_${positionCount}_${headSize}`;
  return {
    cosines: graph.table(`cosines_${name}`, angles.map(Math.cos), shape),
    sines: graph.table(`sines_${name}`, angles.map(Math.sin), shape),
  };
}

/**
 * Radians per position of each pair, `base^(−2j/headSize)`, scaled.
 *
 * Every step is rounded to float32, as in the implementations that trained the checkpoints: at position 8,000 the
 * rounding is worth 5e-4 radians.
 */
function frequencies({ base, scaling }: RotarySettings, headSize: number): Float32Array {
  return Float32Array.from({ length: headSize / 2 }, (_, j) => {
    const exponent = Math.fround((2 * j) / headSize);
    const frequency = Math.fround(1 / Math.fround(base ** exponent));
    return scaling === null ? frequency : stretched(frequency, scaling);
  });
}

/** Waves shorter than one bound stay, those longer than another are stretched, between them something between. */
function stretched(frequency: number, scaling: Llama3Scaling): number {
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalContextLength } = scaling;
  const waveLength = Math.fround(Math.fround(2 * Math.PI) / frequency);
  if (waveLength < originalContextLength / highFrequencyFactor) return frequency;
  if (waveLength > originalContextLength / lowFrequencyFactor) return frequency / factor;
  const { fround } = Math;
  const above = fround(fround(originalContextLength / waveLength) - lowFrequencyFactor);
  const smooth = fround(above / (highFrequencyFactor - lowFrequencyFactor));
  const long = fround(fround(fround(1 - smooth) * frequency) / factor);
  return fround(long + fround(smooth * frequency));
}

/** Angles `p · frequency` for position p, row by row. */
function rotaryAngles(perPosition: Float32Array, positionCount: number): Float32Array {
  const pairs = perPosition.length;
  const angles = new Float32Array(positionCount * pairs);
  for (const [j, frequency] of perPosition.entries()) {
    for (let p = 0; p < positionCount; p++) angles[p * pairs + j] = p * frequency;
  }
  return angles;
}
