/**
 * One line about an infill that ended.
 */

import type { InfillPartsFragment } from '../client/generated/graphql.ts';
import { counted } from '../counted.ts';

type Summarized = Pick<InfillPartsFragment, 'status' | 'decoderName' | 'seed' | 'usage' | 'timing'>;

/** Decoder, seed, tokens, passes, milliseconds in all and tokens per second of decoding. */
export function summaryOf({ status, decoderName, seed, usage, timing }: Summarized): string {
  const { committedTokens, causalPasses, maskedPasses } = usage;
  const parts = [
    decoderName,
    `seed ${seed}`,
    counted(committedTokens, 'token'),
    counted(causalPasses + maskedPasses, 'pass'),
  ];
  if (timing !== null) parts.push(`${Math.round(timing.totalMs)} ms`);
  if (timing?.tokensPerSecond != null) {
    parts.push(`${Math.round(timing.tokensPerSecond)} tokens/s`);
  }
  if (status !== 'COMPLETED') parts.unshift(status.toLowerCase());
  return parts.join(' · ');
}
