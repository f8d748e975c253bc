/**
 * The operators that pack graphs are made of, with the operator set each belongs to.
 *
 * Knows names only; what they do is ONNX's and ONNX Runtime's to say.
 */

/** Versions of the operator sets that graphs declare; the empty domain is ONNX's own. */
export const operatorSets: Readonly<Record<string, number>> = { '': 21, 'com.microsoft': 1 };

/** Operator → domain. `SimplifiedLayerNormalization` is ONNX Runtime's, though in ONNX's domain. */
export const operatorDomains = {
  Abs: '',
  Add: '',
  Cast: '',
  Clip: '',
  Concat: '',
  Gather: '',
  Gelu: '',
  Gemm: '',
  Greater: '',
  LayerNormalization: '',
  Mul: '',
  Pad: '',
  Range: '',
  Reshape: '',
  Shape: '',
  SimplifiedLayerNormalization: '',
  Slice: '',
  Split: '',
  Squeeze: '',
  Sub: '',
  Transpose: '',
  Unsqueeze: '',
  Where: '',
  GatherBlockQuantized: 'com.microsoft',
  GroupQueryAttention: 'com.microsoft',
  MatMulNBits: 'com.microsoft',
  MultiHeadAttention: 'com.microsoft',
  QuickGelu: 'com.microsoft',
  RotaryEmbedding: 'com.microsoft',
} as const;

/** What graphs of training have besides; a pack with one of them is refused. */
export const trainingOperatorDomains = {
  Div: '',
  Exp: '',
  GatherElements: '',
  ReduceMax: '',
  ReduceSum: '',
  ScatterElements: '',
  Sqrt: '',
} as const;

/** An operator of either table. */
export type Operator = keyof typeof operatorDomains | keyof typeof trainingOperatorDomains;
