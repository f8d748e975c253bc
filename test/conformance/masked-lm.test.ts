import { describe, it } from 'vitest';
import { maskedLm } from '../../plugins/masked-lm/index.ts';
import { describeDecoder } from './decoder.ts';
import { boundsItsProcess, describeLikelihood, drawsFrom, keysItsDraws } from './likelihood.ts';
import { anyOrder, randomSets, surePositions } from './processes.ts';
import { checkTimeoutMs } from './runs.ts';

const exactSets = {
  'with its defaults': {},
  'by margin, two at a time': { order: 'margin', k: 2 },
  'by entropy above a threshold': { order: 'entropy', commit: 'threshold', threshold: 0.6 },
  'by confidence above a threshold': { commit: 'threshold', threshold: 0.4 },
  'within an entropy bound': { commit: 'entropy-bound', entropyBound: 0.8 },
  'from left to right, two at a time': { order: 'left-to-right', k: 2 },
  'in one shot': { commit: 'one-shot' },
};

describeDecoder(maskedLm, {
  'with its defaults': {},
  'by entropy above a threshold': { order: 'entropy', commit: 'threshold', threshold: 0.6 },
  'within an entropy bound': { commit: 'entropy-bound', entropyBound: 0.8 },
  'in one shot': { commit: 'one-shot' },
  'in random order': { order: 'random' },
  'with mask-predict': { revise: 'mask-predict', iterations: 4 },
  'with edits': { revise: 'edit', editThreshold: 0.5 },
  'with edits in random order': { revise: 'edit', order: 'random', k: 2, editThreshold: 0.5 },
});
describeLikelihood(maskedLm, exactSets);

describe.each([
  { name: 'one by one', options: { order: 'random' }, process: anyOrder },
  { name: 'two at a time', options: { order: 'random', k: 2 }, process: randomSets(2) },
  {
    name: 'above a threshold',
    options: { order: 'random', commit: 'threshold', threshold: 0.6 },
    process: surePositions(0.6),
  },
])(
  'the masked-lm decoder in random order, $name',
  { timeout: checkTimeoutMs },
  ({ options, process }) => {
    const subject = { plugin: maskedLm, options };
    it('draws from its process', () => drawsFrom(subject, process));
    it('estimates the bound of its process, which is below the exact value', () =>
      boundsItsProcess(subject, process));
  },
);

it.each([1, 2])('keys its random masks by the seed, %i at a time', (k) =>
  keysItsDraws({ plugin: maskedLm, options: { order: 'random', k } }),
);
