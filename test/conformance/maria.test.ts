import { it } from 'vitest';
import { maria } from '../../plugins/maria/index.ts';
import { describeDecoder } from './decoder.ts';
import { describeLikelihood } from './likelihood.ts';
import { checkTimeoutMs } from './runs.ts';
import { agreeOnTokens } from './seed-checks.ts';

const optionSets = {
  'with its defaults': {},
  'without drafts': { draftWindow: 0 },
  'with a long window': { draftWindow: 5 },
};

describeDecoder(maria, optionSets);
describeLikelihood(maria, optionSets);

it('gives the same tokens for every draft window', { timeout: checkTimeoutMs }, () => {
  const windows = [{}, ...[0, 1, 2, 3, 7, 16].map((draftWindow) => ({ draftWindow }))];
  return agreeOnTokens(
    windows.map((options) => ({ plugin: maria, options })),
    60,
  );
});
