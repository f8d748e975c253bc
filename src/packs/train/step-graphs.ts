/**
 * The two graphs of a training step, over one block of vocabulary rows: what the block adds to the loss, and its update.
 *
 * Knows softmax regression and AdamW; knows no file and no order of blocks. The last linear layer is the only thing that
 * is trained, so the gradient is written out: with p = softmax(W z + b), ∂L/∂W = (p − onehot(x)) zᵀ.
 * AdamW: Loshchilov and Hutter 2019, arXiv:1711.05101.
 */
import { GraphBuilder, type GraphValue } from '../onnx/graph-builder.ts';
import { encodeOnnx } from '../onnx/onnx-model.ts';
import { WeightLayout } from '../weight-layout.ts';

/** Settings of AdamW that do not change from step to step. */
export const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/**
 * Rows of features (B, D), a block of weights (R, D) and of biases (R); each row's target within the block, and 1. Of a
 * target in another block, any place in [0, R), and 0.
 */
const blockInputs: readonly GraphValue[] = [
  { name: 'features', type: 'float', dimensions: ['B', 'D'] },
  { name: 'weight', type: 'float', dimensions: ['R', 'D'] },
  { name: 'bias', type: 'float', dimensions: ['R'] },
  { name: 'target', type: 'int64', dimensions: ['B', 1] },
  { name: 'isHere', type: 'float', dimensions: ['B', 1] },
];

/** Outputs `max` (B), `sum` (B) = Σ exp(logit − max) over the block, and `targetLogit` (B), 0 where it is elsewhere. */
export function drawScoreGraph(): Uint8Array {
  const graph = new GraphBuilder('score-block', new WeightLayout('f32'));
  for (const input of blockInputs) graph.input(input);
  const logits = drawLogits(graph);
  const max = graph.op('ReduceMax', [logits, graph.ints(1)], { keepdims: 1 }); // (B, 1)
  const weights = graph.op('Exp', [graph.op('Sub', [logits, max])]);
  graph.op('ReduceSum', [weights, graph.ints(1)], { keepdims: 0 }, 'sum');
  graph.op('Squeeze', [max, graph.ints(1)], {}, 'max');
  const hit = graph.op('Mul', [drawTarget(graph, logits), 'isHere']);
  graph.op('Squeeze', [hit, graph.ints(1)], {}, 'targetLogit');
  for (const name of ['max', 'sum', 'targetLogit']) {
    graph.output({ name, type: 'float', dimensions: ['B'] });
  }
  return encodeOnnx(graph.finish());
}

/** What an update keeps of a parameter beside itself. */
const moments = ['mean', 'square'] as const;

/**
 * Further inputs: `logTotal` (B), log Σ exp of each row over all blocks, plus log B, so that probabilities are shares of
 * the batch; of weight and bias, the running `…Mean` and `…Square`; and the scalars `share`, 1 / B; `rate`, the learning
 * rate; `shrink`, 1 − rate × weight decay; `meanScale` and `squareScale`, the corrections 1 / (1 − β^t). Outputs: the
 * parameters and their moments after the step, `next…`.
 */
export function drawUpdateGraph(): Uint8Array {
  const graph = new GraphBuilder('update-block', new WeightLayout('f32'));
  for (const input of [...blockInputs, ...updateInputs()]) graph.input(input);
  const logTotal = graph.op('Unsqueeze', ['logTotal', graph.ints(1)]);
  const probs = graph.op('Exp', [graph.op('Sub', [drawLogits(graph), logTotal])]); // (B, R)
  const wanted = graph.op('Mul', ['isHere', 'share']);
  const missing = graph.op('Sub', [drawTarget(graph, probs), wanted]);
  // One entry per row is changed: an operator over all of them would cost as much as a matrix product.
  const error = graph.op('ScatterElements', [probs, 'target', missing], { axis: 1 }); // (B, R)
  drawAdam(graph, 'weight', graph.op('Gemm', [error, 'features'], { transA: 1 }));
  drawAdam(graph, 'bias', graph.op('ReduceSum', [error, graph.ints(0)], { keepdims: 0 }));
  return encodeOnnx(graph.finish());
}

function updateInputs(): GraphValue[] {
  const scalars = ['share', 'rate', 'shrink', 'meanScale', 'squareScale'];
  return [
    { name: 'logTotal', type: 'float', dimensions: ['B'] },
    ...parameters.flatMap(({ name, dimensions }) =>
      moments.map(
        (moment) => ({ name: momentName(name, moment), type: 'float', dimensions }) as const,
      ),
    ),
    ...scalars.map((name) => ({ name, type: 'float', dimensions: [] }) as const),
  ];
}

const parameters = [
  { name: 'weight', dimensions: ['R', 'D'] },
  { name: 'bias', dimensions: ['R'] },
] as const;

type Parameter = (typeof parameters)[number]['name'];

function momentName(parameter: Parameter, moment: (typeof moments)[number]): string {
  return `${parameter}${moment === 'mean' ? 'Mean' : 'Square'}`;
}

/** (B, R). */
function drawLogits(graph: GraphBuilder): string {
  return graph.op('Gemm', ['features', 'weight', 'bias'], { transB: 1 });
}

/** Each row's entry at its target, (B, 1). @param rows - (B, R). */
function drawTarget(graph: GraphBuilder, rows: string): string {
  return graph.op('GatherElements', [rows, 'target'], { axis: 1 });
}

function drawAdam(graph: GraphBuilder, parameter: Parameter, gradient: string): void {
  const { beta1, beta2, epsilon } = adam;
  const square = graph.op('Mul', [gradient, gradient]);
  const mean = drawMoment(graph, { parameter, moment: 'mean', beta: beta1, value: gradient });
  const variance = drawMoment(graph, { parameter, moment: 'square', beta: beta2, value: square });
  const root = graph.op('Sqrt', [graph.op('Mul', [variance, 'squareScale'])]);
  const scaled = graph.op('Mul', [mean, graph.op('Mul', ['meanScale', 'rate'])]);
  const change = graph.op('Div', [scaled, graph.op('Add', [root, graph.float(epsilon)])]);
  // Biases are not shrunk.
  const kept = parameter === 'weight' ? graph.op('Mul', [parameter, 'shrink']) : parameter;
  graph.op('Sub', [kept, change], {}, nextName(parameter));
  output(graph, parameter, nextName(parameter));
}

type Moment = {
  readonly parameter: Parameter;
  readonly moment: (typeof moments)[number];
  readonly beta: number;
  readonly value: string;
};

/** β × moment + (1 − β) × value. */
function drawMoment(graph: GraphBuilder, { parameter, moment, beta, value }: Moment): string {
  const name = momentName(parameter, moment);
  const kept = graph.op('Mul', [name, graph.float(beta)]);
  const added = graph.op('Mul', [value, graph.float(1 - beta)]);
  graph.op('Add', [kept, added], {}, nextName(name));
  output(graph, parameter, nextName(name));
  return nextName(name);
}

function nextName(name: string): string {
  return `next${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function output(graph: GraphBuilder, parameter: Parameter, name: string): void {
  const { dimensions } = parameter === 'weight' ? parameters[0] : parameters[1];
  graph.output({ name, type: 'float', dimensions });
}
