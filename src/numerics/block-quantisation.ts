/**
 * Rows of numbers as small whole numbers with one scale per block of 32, the form that `MatMulNBits` and
 * `GatherBlockQuantized` of ONNX Runtime read.
 *
 * A value is (q − 2^(bits−1)) · scale with q in [0, 2^bits). Symmetric: zero is exact and no zero points are stored.
 * Knows no tensors and no files.
 */

/** Values that share a scale. */
export const blockSize = 32;

/** Bits of a quantised value. */
export type QuantisedBits = 4 | 8;

/** Rows to quantise. */
export type QuantisableRows = {
  /** (R, W). */
  readonly values: Float32Array;
  /** W. */
  readonly width: number;
};

/** Where quantised rows go; ⌈W / 32⌉ blocks per row, the last one filled up with zeros. */
export type QuantisedRows = {
  readonly bits: QuantisedBits;
  /** (R, blocks, 4 · bits) bytes; of two 4-bit values in a byte the first is in the lower half. */
  readonly packed: Uint8Array;
  /** (R, blocks). */
  readonly scales: Float32Array;
};

/** Blocks that a row of `width` values takes. */
export function blocksPerRow(width: number): number {
  return Math.ceil(width / blockSize);
}

/** Bytes that a row of `width` values takes without its scales. */
export function packedRowBytes(width: number, bits: QuantisedBits): number {
  return (blocksPerRow(width) * blockSize * bits) / 8;
}

/**
 * Writes the quantised rows to `target`, whose arrays have the sizes that `values` ask for.
 *
 * Values are finite. Example, 4 bits: a block whose value farthest from 0 is −4 has the scale 0.5 (the scale takes the
 * sign that makes that value the lowest code, −8), so that −4 → 0, 0 → 8, 0.5 → 9 and 4 → 15, which is 3.5.
 */
export function quantiseRows({ values, width }: QuantisableRows, target: QuantisedRows): void {
  const blocks = blocksPerRow(width);
  const codes = new Uint8Array(blockSize);
  for (let block = 0; block < target.scales.length; block++) {
    const row = Math.floor(block / blocks);
    const column = (block % blocks) * blockSize;
    const start = row * width + column;
    const end = start + Math.min(blockSize, width - column);
    const scale = bestScale(values, { start, end }, target.bits);
    target.scales[block] = scale;
    encode(values.subarray(start, end), scale, { codes, bits: target.bits });
    pack(codes, target, block);
  }
}

type Span = { readonly start: number; readonly end: number };

/** How far the lowest code may lie inside the block's extreme: what is cut off there is gained in finer steps. */
const shrinkings = [1, 0.95, 0.9, 0.85, 0.8];

/**
 * The scale of the least squared error among those that put the value farthest from 0, or something less, on the lowest
 * code. With 8 bits the steps are fine enough as they are.
 */
function bestScale(values: Float32Array, span: Span, bits: QuantisedBits): number {
  let extreme = 0;
  for (let i = span.start; i < span.end; i++) {
    if (Math.abs(values[i]!) > Math.abs(extreme)) extreme = values[i]!;
  }
  const half = 2 ** (bits - 1);
  const widest = Math.fround(-extreme / half);
  if (bits === 8 || widest === 0) return widest;
  let best = widest;
  let least = Number.POSITIVE_INFINITY;
  for (const shrinking of shrinkings) {
    const scale = Math.fround(widest * shrinking);
    const error = squaredError(values, span, { scale, half });
    if (error < least) {
      least = error;
      best = scale;
    }
  }
  return best;
}

function squaredError(
  values: Float32Array,
  { start, end }: Span,
  { scale, half }: { readonly scale: number; readonly half: number },
): number {
  const inverse = 1 / scale;
  let sum = 0;
  for (let i = start; i < end; i++) {
    const value = values[i]!;
    const error = value - scale * signedCode(value * inverse, half);
    sum += error * error;
  }
  return sum;
}

/** In [−half, half). @param steps - the value in steps of its scale. */
function signedCode(steps: number, half: number): number {
  const code = Math.floor(steps + 0.5);
  if (code < -half) return -half;
  return code < half ? code : half - 1;
}

/** Codes of a block; a block of zeros, or one whose scale underflows, is all zero. */
function encode(
  values: Float32Array,
  scale: number,
  { codes, bits }: { readonly codes: Uint8Array; readonly bits: QuantisedBits },
): void {
  const half = 2 ** (bits - 1);
  codes.fill(half);
  if (scale === 0) return;
  const inverse = 1 / scale;
  for (let i = 0; i < values.length; i++) codes[i] = half + signedCode(values[i]! * inverse, half);
}

function pack(codes: Uint8Array, { bits, packed }: QuantisedRows, block: number): void {
  if (bits === 8) {
    packed.set(codes, block * blockSize);
    return;
  }
  const start = (block * blockSize) / 2;
  for (let pair = 0; pair < blockSize / 2; pair++) {
    packed[start + pair] = codes[2 * pair]! | (codes[2 * pair + 1]! << 4);
  }
}
