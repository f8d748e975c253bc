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
    // A single step at the last position needs room for its second row.
    cacheBytes: (length) => cacheSizeBytes(description, capacityFor(length + 1)),
    async forward(ids, cache) {
      assert(cache instanceof AppendKvCache, 'The cache is not one that this model made.');
      const rows = atLeastTwo(ids);
      cache.reserve(cache.length + rows.length);
      const outputs = await backbone.run({
        ...cache.feeds,
        ...passFeeds(runtime, rows, cache.length),
      });
      cache.append(float32Output(outputs, 'new_keys_values'), rows.length, ids.length);
      return float32Output(outputs, 'hidden').subarray(0, ids.length * hiddenSize);
    },
  };
}

/**
 * A single id goes through as two rows, the second of which is ignored and not appended: passes over two and more rows
 * agree bit for bit, a pass over one uses another kernel, and two rows cost what one costs.
 */
function atLeastTwo(ids: readonly number[]): readonly number[] {
  const [first] = ids;
  assert(first !== undefined, 'A causal pass needs at least one id.');
  return ids.length === 1 ? [first, first] : ids;
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
