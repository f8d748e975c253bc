import { describe, it } from 'vitest';
import { diffusion } from '../../plugins/diffusion/index.ts';
import { describeDecoder } from './decoder.ts';
import { boundsItsProcess, drawsFrom, keysItsDraws } from './likelihood.ts';
import { ancestral } from './processes.ts';
import { checkTimeoutMs } from './runs.ts';

describeDecoder(diffusion, {
  'with its defaults': {},
  'in one step': { steps: 1 },
  'in three steps': { steps: 3 },
  'with ReMDM, capped': { steps: 12, revise: 'remdm', schedule: 'cap', eta: 0.3 },
  'with ReMDM, rescaled': { steps: 12, revise: 'remdm', schedule: 'rescale', eta: 0.5 },
  'with ReMDM, by confidence': { steps: 12, revise: 'remdm', schedule: 'conf' },
});

describe.each([1, 3, 64])(
  'the diffusion decoder in %i steps',
  { timeout: checkTimeoutMs },
  (steps) => {
    const subject = { plugin: diffusion, options: { steps } };
    it('draws from its process', () => drawsFrom(subject, ancestral(steps)));
    it('estimates the bound of its process, which is below the exact value', () =>
      boundsItsProcess(subject, ancestral(steps)));
    if (steps > 1) it('keys its random masks by the seed', () => keysItsDraws(subject));
  },
);
