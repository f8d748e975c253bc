/**
 * The causal role over its two graphs.
 *
 * Knows the graph contract of `pack-description.ts`; knows no prompt and no decoder.
 */
import assert from 'node:assert/strict';
import type { Tensor } from 'onnxruntime-node';
import { openHead } from './head.ts';
import { AppendKvCache, cacheSizeBytes, capacityFor } from './kv-cache.ts';
import type { CausalModel } from './models.ts';
import type { OnnxRuntime } from './onnx-runtime.ts';
import type { CausalDescription } from './pack-description.ts';
import { float32Output, type SessionGroup } from './session.ts';

/** Opens the causal role; its sessions belong to `group`. @throws InfillError INVALID_PACK */
export async function causalModel(
  group: SessionGroup,
  description: CausalDescription,
): Promise<CausalModel> {
  const { runtime } = group;
  const { hiddenSize } = description;
  const backbone = await group.open(description.backbonePath);
  const logits = await openHead(group, description.headPath, hiddenSize);
  return {
    hiddenSize,
    logits,
    createCache: () => new AppendKvCache(runtime, description),
    // An odd pass that ends at the last position needs room for its added row.
    cacheBytes: (length) => cacheSizeBytes(description, capacityFor(length + 1)),
    async forward(ids, cache) {
      assert(cache instanceof AppendKvCache, 'The cache is not one that this model made.');
      const rows = evenly(ids);
      const outputs = await cache.duringPass(rows.length, () =>
        backbone.run({ ...cache.feeds, ...passFeeds(runtime, rows, cache.length) }),
      );
      cache.append(float32Output(outputs, 'new_keys_values'), rows.length, ids.length);
      return float32Output(outputs, 'hidden').subarray(0, ids.length * hiddenSize);
    },
  };
}

/**
 * Returns `ids`, with the last one again if their count is odd; the row it adds is ignored and not appended.
 *
 * ONNX Runtime has another kernel for a single row, whose last bits differ. It meets one in a pass over one id, and where
 * attention, which takes queries in blocks of an even size, is left with one row for its last block. Two rows cost what
 * one costs.
 */
function evenly(ids: readonly number[]): readonly number[] {
  const last = ids.at(-1);
  assert(last !== undefined, 'A causal pass needs at least one id.');
  return ids.length % 2 === 1 ? [...ids, last] : ids;
}

function passFeeds(
  runtime: OnnxRuntime,
  ids: readonly number[],
  pastLength: number,
): Record<string, Tensor> {
  const { Tensor } = runtime;
  const totalLength = pastLength + ids.length;
  return {
    input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
    position_offset: new Tensor('int64', BigInt64Array.of(BigInt(pastLength)), [1]),
    seqlens_k: new Tensor('int32', Int32Array.of(totalLength - 1), [1]),
    total_sequence_length: new Tensor('int32', Int32Array.of(totalLength), []),
  };
}
