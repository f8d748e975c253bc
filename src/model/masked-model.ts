/**
 * The masked role over its two graphs.
 *
 * Knows the model's frame (CLS, SEP); knows no template.
 */
import { openHead } from './head.ts';
import type { MaskedModel } from './models.ts';
import type { MaskedDescription } from './pack-description.ts';
import { float32Output, type SessionGroup } from './session.ts';

/** Opens the masked role; its sessions belong to `group`. @throws InfillError INVALID_PACK */
export async function maskedModel(
  group: SessionGroup,
  description: MaskedDescription,
): Promise<MaskedModel> {
  const { Tensor } = group.runtime;
  const { hiddenSize, prefixIds, suffixIds } = description;
  const backbone = await group.open(description.backbonePath);
  const logits = await openHead(group, description.headPath, hiddenSize);
  return {
    hiddenSize,
    logits,
    async encode(ids) {
      const framed = [...prefixIds, ...ids, ...suffixIds];
      const input = new Tensor('int64', BigInt64Array.from(framed, BigInt), [1, framed.length]);
      const hidden = float32Output(await backbone.run({ input_ids: input }), 'hidden');
      const start = prefixIds.length * hiddenSize;
      return hidden.subarray(start, start + ids.length * hiddenSize);
    },
  };
}
