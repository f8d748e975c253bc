/**
 * How a token is drawn from a distribution: the client's sampling settings, checked once.
 *
 * Knows ranges; knows no logits.
 */
import { z } from 'zod';

/** Sampling settings with their ranges; absent means off. */
export const samplingSchema = z
  .strictObject({
    temperature: z
      .number()
      .min(0)
      .max(5)
      .default(0)
      .describe('0 takes the most probable token; 1 samples from the model as it is.'),
    topK: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('Sample from the k most probable tokens only.'),
    topP: z
      .number()
      .gt(0)
      .max(1)
      .optional()
      .describe('Sample from the smallest set of tokens whose probabilities sum to this.'),
    repetitionPenalty: z
      .number()
      .min(1)
      .max(5)
      .optional()
      .describe(
        'Divides positive and multiplies negative logits of tokens already in the text; 1 is off.',
      ),
  })
  .readonly();

/** Checked sampling settings. */
export type SamplingParams = z.output<typeof samplingSchema>;

/** Name of a sampling setting. */
export type SamplingSetting = keyof SamplingParams;
