/**
 * A decoder that does what a list says, for tests of what is around decoders.
 */
import { z } from 'zod';
import type { Decoder, DecoderState, StepResult } from '../../src/decoding/decoder.ts';
import type { AnyDecoderPlugin } from '../../src/decoding/registry.ts';

/** A decoder that takes `steps` from a list and counts what it was asked. */
export function listDecoder(steps: readonly StepResult[]) {
  type State = DecoderState & { next: number };
  const asked = { steps: 0, ends: 0 };
  const decoder: Decoder<unknown, State> = {
    begin: async () => ({ next: 0, passes: { causal: 0, masked: 0 } }),
    step: async (states) => {
      asked.steps += states.length;
      // A real pass gives other tasks a turn.
      await new Promise((resolve) => setImmediate(resolve));
      return states.map((state) => steps[state.next++] ?? { fills: [], reopened: [], done: true });
    },
    end: () => {
      asked.ends++;
    },
  };
  const plugin: AnyDecoderPlugin = {
    name: 'list',
    title: 'List',
    description: 'Takes steps from a list.',
    roles: [],
    options: z.strictObject({}),
    capabilities: { streams: 'ANY_ORDER', features: [], sampling: ['temperature'] },
    likelihood: () => 'NONE',
    maxSteps: () => 100,
    create: () => decoder,
  };
  return { plugin, asked };
}
