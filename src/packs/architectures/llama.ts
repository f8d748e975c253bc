/**
 * Llama: RMS norms before attention and feed-forward.
 *
 * Follows `LlamaForCausalLM` of Hugging Face transformers in float32.
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
import { drawRmsNorm } from './norms.ts';

/** `LlamaForCausalLM`. */
export const llama: Architecture = {
  name: 'LlamaForCausalLM',
  role: 'causal',
  harmlessTensors,
  plan,
};

const schema = causalSchema.extend({
  rms_norm_eps: z.number().positive().default(1e-6),
  mlp_bias: z.boolean().default(false),
});

function plan(checkpoint: Checkpoint): ModelPlan {
  const parsed = parseConfig(schema, checkpoint.config);
  const config = causalConfigOf(parsed, checkpoint.config);
  return planGatedDecoder(checkpoint, config, familyOf(parsed));
}

function familyOf({ rms_norm_eps: epsilon, mlp_bias: bias }: z.infer<typeof schema>): GatedFamily {
  return (drawing) => {
    const { graph, heads } = drawing;
    const norm = (input: string, name: string) =>
      drawRmsNorm(drawing, input, { name, size: heads.shape.hiddenSize, epsilon });
    return {
      drawLayer: (layer, input, attend) => {
        const prefix = `model.layers.${layer}`;
        const attentionInput = norm(input, `${prefix}.input_layernorm`);
        const attended = drawSelfAttention(drawing, attentionInput, { layer, attend });
        const residual = graph.op('Add', [input, attended]);
        const mlpInput = norm(residual, `${prefix}.post_attention_layernorm`);
        return graph.op('Add', [residual, drawGatedMlp(drawing, mlpInput, { layer, bias })]);
      },
      drawHidden: (residual) => norm(residual, 'model.norm'),
    };
  };
}
