/**
 * Llama and ModernBERT written out plainly in float64, to compare graphs with.
 *
 * Slow on purpose: one loop per formula, rows as arrays of numbers.
 */
import type { TestTensor } from '../support/safetensors-file.ts';

type Row = readonly number[];
/** Tensors and configuration of a checkpoint; a bias that is not there is zero. */
export type ReferenceModel = {
  readonly tensors: ReadonlyMap<string, TestTensor>;
  readonly config: { readonly [key: string]: unknown; readonly tie_word_embeddings?: unknown };
};
/** What `expected.safetensors` holds, for one sequence. */
export type ReferenceResult = { readonly hidden: readonly Row[]; readonly logits: readonly Row[] };

export function llamaReference(model: ReferenceModel, ids: readonly number[]): ReferenceResult {
  const number = (key: string) => Number(model.config[key]);
  const headSize = number('head_dim');
  const epsilon = number('rms_norm_eps');
  let rows = embed(model, 'model.embed_tokens.weight', ids);
  for (let layer = 0; layer < number('num_hidden_layers'); layer++) {
    const prefix = `model.layers.${layer}`;
    const input = rows.map((row) => rmsNorm(model, row, `${prefix}.input_layernorm`, epsilon));
    const project = (name: string) =>
      input.map((row) => linear(model, row, `${prefix}.self_attn.${name}`));
    const rotate = (states: Row[]) =>
      states.map((row, i) => rotary(row, i, headSize, number('rope_theta')));
    const attended = attention(
      {
        queries: rotate(project('q_proj')),
        keys: rotate(project('k_proj')),
        values: project('v_proj'),
      },
      headSize,
      (i, j) => j <= i,
    );
    rows = rows.map((row, i) =>
      add(row, linear(model, attended[i] ?? [], `${prefix}.self_attn.o_proj`)),
    );
    rows = rows.map((row) => {
      const normed = rmsNorm(model, row, `${prefix}.post_attention_layernorm`, epsilon);
      const gate = linear(model, normed, `${prefix}.mlp.gate_proj`).map(
        (x) => x / (1 + Math.exp(-x)),
      );
      const up = linear(model, normed, `${prefix}.mlp.up_proj`);
      return add(
        row,
        linear(
          model,
          gate.map((x, i) => x * (up[i] ?? NaN)),
          `${prefix}.mlp.down_proj`,
        ),
      );
    });
  }
  const hidden = rows.map((row) => rmsNorm(model, row, 'model.norm', epsilon));
  const head = model.config.tie_word_embeddings ? 'model.embed_tokens' : 'lm_head';
  return { hidden, logits: hidden.map((row) => linear(model, row, head)) };
}

export function modernBertReference(
  model: ReferenceModel,
  ids: readonly number[],
): ReferenceResult {
  const number = (key: string) => Number(model.config[key]);
  const width = number('hidden_size');
  const headSize = width / number('num_attention_heads');
  const norm = (row: Row, name: string) => layerNorm(model, row, name, number('norm_eps'));
  let rows = embed(model, 'model.embeddings.tok_embeddings.weight', ids).map((row) =>
    norm(row, 'model.embeddings.norm'),
  );
  for (let layer = 0; layer < number('num_hidden_layers'); layer++) {
    const prefix = `model.layers.${layer}`;
    const isGlobal = layer % number('global_attn_every_n_layers') === 0;
    const base = number(isGlobal ? 'global_rope_theta' : 'local_rope_theta');
    const reach = isGlobal ? Infinity : number('local_attention') / 2;
    const joined = rows.map((row) =>
      linear(model, layer === 0 ? row : norm(row, `${prefix}.attn_norm`), `${prefix}.attn.Wqkv`),
    );
    const part = (k: number) => joined.map((row) => row.slice(k * width, (k + 1) * width));
    const rotate = (states: Row[]) => states.map((row, i) => rotary(row, i, headSize, base));
    const attended = attention(
      { queries: rotate(part(0)), keys: rotate(part(1)), values: part(2) },
      headSize,
      (i, j) => Math.abs(i - j) <= reach,
    );
    rows = rows.map((row, i) => add(row, linear(model, attended[i] ?? [], `${prefix}.attn.Wo`)));
    rows = rows.map((row) => {
      const wide = linear(model, norm(row, `${prefix}.mlp_norm`), `${prefix}.mlp.Wi`);
      const inner = wide.length / 2;
      const gated = wide.slice(0, inner).map((x, i) => gelu(x) * (wide[inner + i] ?? NaN));
      return add(row, linear(model, gated, `${prefix}.mlp.Wo`));
    });
  }
  const hidden = rows.map((row) =>
    norm(linear(model, norm(row, 'model.final_norm'), 'head.dense').map(gelu), 'head.norm'),
  );
  const head = model.config.tie_word_embeddings ? 'model.embeddings.tok_embeddings' : 'decoder';
  const bias = model.tensors.get('decoder.bias')?.values;
  const logits = hidden.map((row) =>
    linear(model, row, head).map((x, v) => x + tiedBias(head, bias, v)),
  );
  return { hidden, logits };
}

/** `linear` has added the bias already where the head is not tied. */
function tiedBias(head: string, bias: Float32Array | undefined, v: number): number {
  return head === 'decoder' ? 0 : (bias?.[v] ?? 0);
}

function tensor({ tensors }: ReferenceModel, name: string): TestTensor {
  const found = tensors.get(name);
  if (found === undefined) throw new Error(`the reference needs ${name}`);
  return found;
}

function embed(model: ReferenceModel, name: string, ids: readonly number[]): Row[] {
  const { shape, values } = tensor(model, name);
  const width = shape[1] ?? 0;
  return ids.map((id) => [...values.subarray(id * width, (id + 1) * width)]);
}

function linear(model: ReferenceModel, input: Row, name: string): number[] {
  const { shape, values } = tensor(model, `${name}.weight`);
  const [rows = 0, width = 0] = shape;
  const bias = model.tensors.get(`${name}.bias`)?.values;
  return Array.from({ length: rows }, (_, r) =>
    input.reduce((sum, x, i) => sum + x * (values[r * width + i] ?? NaN), bias?.[r] ?? 0),
  );
}

function add(a: Row, b: Row): Row {
  return a.map((x, i) => x + (b[i] ?? NaN));
}

function rmsNorm(model: ReferenceModel, row: Row, name: string, epsilon: number): Row {
  const { values } = tensor(model, `${name}.weight`);
  const meanSquare = row.reduce((sum, x) => sum + x * x, 0) / row.length;
  return row.map((x, i) => (x / Math.sqrt(meanSquare + epsilon)) * (values[i] ?? NaN));
}

function layerNorm(model: ReferenceModel, row: Row, name: string, epsilon: number): Row {
  const { values } = tensor(model, `${name}.weight`);
  const bias = model.tensors.get(`${name}.bias`)?.values;
  const mean = row.reduce((sum, x) => sum + x, 0) / row.length;
  const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / row.length;
  return row.map(
    (x, i) => ((x - mean) / Math.sqrt(variance + epsilon)) * (values[i] ?? NaN) + (bias?.[i] ?? 0),
  );
}

/** Rotates pairs (j, j + headSize / 2) of every head by position · base^(−2j / headSize). */
function rotary(row: Row, position: number, headSize: number, base: number): Row {
  const half = headSize / 2;
  return row.map((x, i) => {
    const j = i % headSize;
    const angle = position * base ** (-(2 * (j % half)) / headSize);
    const partner = row[j < half ? i + half : i - half] ?? NaN;
    return x * Math.cos(angle) + (j < half ? -partner : partner) * Math.sin(angle);
  });
}

/** Query head h reads key/value head ⌊h / (heads per key/value head)⌋. */
function attention(
  { queries, keys, values }: { queries: Row[]; keys: Row[]; values: Row[] },
  headSize: number,
  sees: (i: number, j: number) => boolean,
): Row[] {
  const queryHeads = (queries[0]?.length ?? 0) / headSize;
  const group = queryHeads / ((keys[0]?.length ?? 0) / headSize);
  const headOf = (row: Row, head: number) => row.slice(head * headSize, (head + 1) * headSize);
  return queries.map((query, i) =>
    Array.from({ length: queryHeads }, (_, head) => {
      const keyHead = Math.floor(head / group);
      const weights = keys.map((key, j) => {
        if (!sees(i, j)) return 0;
        const dot = headOf(query, head).reduce(
          (sum, x, d) => sum + x * (headOf(key, keyHead)[d] ?? NaN),
          0,
        );
        return Math.exp(dot / Math.sqrt(headSize));
      });
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return Array.from({ length: headSize }, (_unused, d) =>
        values.reduce(
          (sum, row, j) => sum + ((weights[j] ?? NaN) / total) * (headOf(row, keyHead)[d] ?? NaN),
          0,
        ),
      );
    }).flat(),
  );
}

/** x · Φ(x), with Φ integrated by Simpson's rule: an error function that shares nothing with the runtime's. */
function gelu(x: number): number {
  const steps = 200;
  const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(x);
  for (let k = 1; k < steps; k++) sum += (k % 2 === 1 ? 4 : 2) * density((x * k) / steps);
  return x * (0.5 + (sum * x) / steps / 3);
}
