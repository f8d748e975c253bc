/**
 * Conversions between 16-bit floating-point formats, as raw bits, and float32.
 *
 * Half (IEEE 754 binary16) is 1 sign, 5 exponent and 10 fraction bits; bfloat16 is the upper half of a float32.
 * Knows nothing of files or tensors. Bits are those of `Float32Array` memory, read through a shared view.
 */

const floatView = new Float32Array(1);
const bitsView = new Uint32Array(floatView.buffer);

function floatOfBits(bits: number): number {
  bitsView[0] = bits;
  return floatView[0]!;
}

/**
 * The value of a half, given as its 16 bits. Every half is exact in float32; a NaN stays a NaN.
 *
 * Example: 0x3c00 -> 1, 0xc000 -> -2, 0x3555 -> 0.333251953125, 0x0001 -> 2^-24, 0x7c00 -> Infinity.
 */
export function halfToFloat(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return (sign === 0 ? 1 : -1) * fraction * 2 ** -24;
  const widened = exponent === 0x1f ? 0xff : exponent + 112;
  return floatOfBits(sign | (widened << 23) | (fraction << 13));
}

/**
 * The 16 bits of the half nearest to a float32 value; ties go to the even fraction, overflow to infinity.
 *
 * Example: 1 -> 0x3c00, 1/3 -> 0x3555, 65504 -> 0x7bff, 65520 -> 0x7c00 (infinity), 2^-25 -> 0 (a tie).
 *
 * @param value - rounded to float32 first.
 */
export function floatToHalf(value: number): number {
  floatView[0] = value;
  const bits = bitsView[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) return sign | roundEven(Math.abs(floatView[0]!) * 2 ** 24);
  // A carry out of the fraction moves into the exponent, which is what rounding up to the next power of two means.
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

/** @param value - in [0, 2^10], exact in float64. */
function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/**
 * Writes the values of `halves` to `target`, which has at least as many elements.
 *
 * Example: [0x3c00, 0xc000] -> [1, -2].
 */
export function halvesToFloats(halves: Uint16Array, target: Float32Array): void {
  for (let i = 0; i < halves.length; i++) target[i] = halfToFloat(halves[i]!);
}

/**
 * Writes the values of bfloat16 bits to `target`, which has at least as many elements.
 *
 * Example: [0x3f80, 0xc000, 0x3eab] -> [1, -2, 0.333984375].
 */
export function bfloatsToFloats(bfloats: Uint16Array, target: Float32Array): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, bfloats.length);
  for (let i = 0; i < bfloats.length; i++) bits[i] = bfloats[i]! << 16;
}

/**
 * Writes the nearest halves of `floats` to `target`, which has at least as many elements.
 *
 * Example: [1, 1/3] -> target [0x3c00, 0x3555], returns 1: 1/3 is not exact.
 *
 * @returns index of the first value that its half does not equal; -1 when all are exact. A NaN is never exact.
 */
export function floatsToHalves(floats: Float32Array, target: Uint16Array): number {
  let firstInexact = -1;
  for (let i = 0; i < floats.length; i++) {
    const value = floats[i]!;
    const half = floatToHalf(value);
    target[i] = half;
    if (firstInexact < 0 && halfToFloat(half) !== value) firstInexact = i;
  }
  return firstInexact;
}
