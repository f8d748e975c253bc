/**
 * OLMo: layer norms without weights before attention and feed-forward, and projections that may be clipped.
 *
 * Follows `OlmoForCausalLM` of Hugging Face transformers in float32.
 */
import { z } from 'zod';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { causalConfigOf, causalSchema } from './causal-config.ts';
import {
  drawGatedMlp,
  drawSelfAttention,
  type GatedFamily,
  harmlessTensors,
  planGatedDecoder,
} from './gated-decoder.ts';
import { parseConfig } from './model-config.ts';
import type { Architecture, ModelPlan } from './model-plan.ts';
import { drawPlainNorm } from './norms.ts';

/** `OlmoForCausalLM`. */
export const olmo: Architecture = {
  name: 'OlmoForCausalLM',
  role: 'causal',
  harmlessTensors,
  plan,
};

/** The implementation fixes it. */
const epsilon = 1e-5;

const schema = causalSchema.extend({ clip_qkv: z.number().positive().nullish() });

function plan(checkpoint: Checkpoint): ModelPlan {
  const parsed = parseConfig(schema, checkpoint.config, ['clip_qkv']);
  const config = causalConfigOf(parsed, checkpoint.config);
  return planGatedDecoder(checkpoint, config, familyOf(parsed.clip_qkv ?? null));
}

/** @param clip - most that a query, key or value may be from 0; null: any. */
function familyOf(clip: number | null): GatedFamily {
  return (drawing) => {
    const { graph, heads } = drawing;
    const norm = (input: string) =>
      drawPlainNorm(graph, input, { size: heads.shape.hiddenSize, epsilon });
    const joined = (states: string) =>
      clip === null ? states : graph.op('Clip', [states, graph.float(-clip), graph.float(clip)]);
    return {
      drawLayer: (layer, input, attend) => {
        const attended = drawSelfAttention(drawing, norm(input), { layer, attend }, { joined });
        const residual = graph.op('Add', [input, attended]);
        const mlp = drawGatedMlp(drawing, norm(residual), { layer, bias: false });
        return graph.op('Add', [residual, mlp]);
      },
      drawHidden: norm,
    };
  };
}
