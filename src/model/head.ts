/**
 * A head: one linear layer from hidden states to logits, in its own session.
 *
 * Knows rows; knows no positions.
 */
import assert from 'node:assert/strict';
import { float32Output, type SessionGroup } from './session.ts';

/** Maps hidden states (N, D) to logits (N, V), owned by the caller; N ≥ 1. */
type Head = (hidden: Float32Array) => Promise<Float32Array>;

/**
 * Opens the head at `path` for hidden states of `hiddenSize`.
 *
 * A single row goes through as two: some builds of ONNX Runtime have another kernel for one row, whose last bits differ.
 */
export async function openHead(
  group: SessionGroup,
  path: string,
  hiddenSize: number,
): Promise<Head> {
  const { Tensor } = group.runtime;
  const session = await group.open(path);
  return async (hidden) => {
    const rowCount = hidden.length / hiddenSize;
    assert(
      Number.isInteger(rowCount) && rowCount > 0,
      `${hidden.length} values are no rows of ${hiddenSize}.`,
    );
    const rows = rowCount === 1 ? twice(hidden) : hidden;
    const input = new Tensor('float32', rows, [Math.max(rowCount, 2), hiddenSize]);
    const logits = float32Output(await session.run({ hidden: input }), 'logits');
    return rowCount === 1 ? logits.subarray(0, logits.length / 2) : logits;
  };
}

function twice(row: Float32Array): Float32Array {
  const rows = new Float32Array(2 * row.length);
  rows.set(row);
  rows.set(row, row.length);
  return rows;
}
