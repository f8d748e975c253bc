/**
 * OLMo 2: RMS norms of queries and keys, and after attention and feed-forward.
 *
 * Follows `Olmo2ForCausalLM` of Hugging Face transformers in float32.
 */
import { z } from 'zod';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { projectionSizes } from './causal-attention.ts';
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
import { drawRmsNorm } from './norms.ts';

/** `Olmo2ForCausalLM`. */
export const olmo2: Architecture = {
  name: 'Olmo2ForCausalLM',
  role: 'causal',
  harmlessTensors,
  plan,
};

const schema = causalSchema.extend({ rms_norm_eps: z.number().positive().default(1e-5) });

function plan(checkpoint: Checkpoint): ModelPlan {
  const parsed = parseConfig(schema, checkpoint.config);
  const config = causalConfigOf(parsed, checkpoint.config);
  return planGatedDecoder(checkpoint, config, familyOf(parsed.rms_norm_eps));
}

function familyOf(epsilon: number): GatedFamily {
  return (drawing) => {
    const { graph, heads } = drawing;
    const { hiddenSize } = heads.shape;
    const { querySize, keySize } = projectionSizes(heads);
    const norm = (input: string, name: string, size: number) =>
      drawRmsNorm(drawing, input, { name, size, epsilon });
    return {
      drawLayer: (layer, input, attend) => {
        const prefix = `model.layers.${layer}`;
        const attended = drawSelfAttention(
          drawing,
          input,
          { layer, attend },
          {
            query: (query) => norm(query, `${prefix}.self_attn.q_norm`, querySize),
            key: (key) => norm(key, `${prefix}.self_attn.k_norm`, keySize),
          },
        );
        const attention = norm(attended, `${prefix}.post_attention_layernorm`, hiddenSize);
        const residual = graph.op('Add', [input, attention]);
        const mlp = drawGatedMlp(drawing, residual, { layer, bias: false });
        const fed = norm(mlp, `${prefix}.post_feedforward_layernorm`, hiddenSize);
        return graph.op('Add', [residual, fed]);
      },
      drawHidden: (residual) => norm(residual, 'model.norm', hiddenSize),
    };
  };
}
