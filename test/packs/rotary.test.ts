import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Llama3Scaling, rotaryTables } from '../../src/packs/architectures/rotary.ts';
import { GraphBuilder } from '../../src/packs/onnx/graph-builder.ts';
import { WeightLayout } from '../../src/packs/weight-layout.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = temporaryFolder();

/** The last rows of the tables of cosines and sines, read from the weights file. */
async function lastRows(
  base: number,
  scaling: Llama3Scaling | null,
  size: { positionCount: number; headSize: number },
) {
  const layout = new WeightLayout('f32');
  rotaryTables(new GraphBuilder('rotary', layout), { base, scaling }, size);
  const path = join(root, `${base}.bin`);
  await layout.write(path);
  const { buffer } = Uint8Array.from(readFileSync(path));
  const values = new Float32Array(buffer);
  const width = size.headSize / 2;
  const sines = values.subarray(-width);
  // A table of this size begins at a multiple of 4,096 bytes.
  const cosinesEnd = size.positionCount * width;
  return { cosines: values.subarray(cosinesEnd - width, cosinesEnd), sines };
}

/** Of Llama 3.1. Of 32 pairs, the first 15 stay, one is between, and the others are stretched. */
const llama3 = {
  factor: 8,
  lowFrequencyFactor: 1,
  highFrequencyFactor: 4,
  originalContextLength: 8192,
};

describe('rotaryTables', () => {
  // PyTorch: inv_freq = 1 / base ** (arange(0, 64, 2).float() / 64), then cos and sin of 8000 * inv_freq in float32.
  it.each([
    [
      10_000,
      null,
      [1, 5, 9, 13],
      [0.2788885831832886, 0.9118263125419617, -0.9917100071907043, 0.34896916151046753],
      [-0.9603234529495239, -0.41057613492012024, 0.12849633395671844, 0.9371342062950134],
    ],
    [
      160_000,
      null,
      [1, 5, 9, 13],
      [-0.9492987394332886, 0.1819126456975937, 0.17218883335590363, 0.24233153462409973],
      [-0.31437548995018005, -0.9833146929740906, -0.9850639700889587, -0.9701935052871704],
    ],
    // transformers: ROPE_INIT_FUNCTIONS['llama3'].
    [
      500_000,
      llama3,
      [13, 15, 16, 20],
      [0.5265505909919739, -0.020423712208867073, -0.49133411049842834, 0.9626290798187256],
      [0.8501437902450562, -0.9997914433479309, -0.8709712028503418, 0.27082329988479614],
    ],
  ])('are those of float32 arithmetic at position 8,000: base %d', async (...given) => {
    const [base, scaling, pairs, cosines, sines] = given;
    const rows = await lastRows(base, scaling, { positionCount: 8001, headSize: 64 });
    for (const [index, pair] of pairs.entries()) {
      // A frequency rounded otherwise in its last bit moves these by 1e-5 to 3e-4.
      expect(Math.abs((rows.cosines[pair] ?? Number.NaN) - (cosines[index] ?? 0))).toBeLessThan(
        1e-6,
      );
      expect(Math.abs((rows.sines[pair] ?? Number.NaN) - (sines[index] ?? 0))).toBeLessThan(1e-6);
    }
  });
});
