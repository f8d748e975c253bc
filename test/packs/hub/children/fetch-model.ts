/**
 * Downloads the model of the test hub in a process that can be killed: `fetch-model.ts ENDPOINT CACHE`.
 *
 * Writes a line for each progress.
 */
import { fetchModel } from '../../../../src/packs/hub/fetch-model.ts';
import { hubSettings } from '../../../../src/packs/hub/hub-settings.ts';

const [, , HF_ENDPOINT, HF_HUB_CACHE] = process.argv;
await fetchModel(
  {
    settings: hubSettings({ HF_ENDPOINT, HF_HUB_CACHE }),
    wait: async () => undefined,
    stallMs: 60_000,
  },
  { owner: 'tiny', name: 'causal', revision: 'main' },
  {
    withWeights: true,
    onProgress: ({ name, doneBytes }) => void process.stdout.write(`${name} ${doneBytes}\n`),
  },
);
