/**
 * The example of a plugin: what every decoder does, what every exact likelihood is, and its own order.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StepResult } from '../../src/decoding/decoder.ts';
import { TokenRules } from '../../src/decoding/token-rules.ts';
import { checkedPlugins } from '../../src/import-plugins.ts';
import { packageRoot } from '../../src/package-root.ts';
import { describeDecoder } from '../conformance/decoder.ts';
import { describeLikelihood } from '../conformance/likelihood.ts';
import { fakeModels, maskedRow } from '../support/fake-models.ts';

const path = join(packageRoot(), 'examples/plugins/right-to-left.mjs');
const { decoder } = await import(path);
const [plugin] = checkedPlugins([decoder], path);
if (plugin === undefined) throw new Error('The example exports a decoder.');

const optionSets = { 'one per pass': {}, 'three per pass': { perPass: 3 } };
describeDecoder(plugin, optionSets);
describeLikelihood(plugin, optionSets);

describe('right-to-left', () => {
  const vocabularySize = 16;
  const maskId = 3;
  const rules = new TokenRules([0, 1, 2, 3], new Uint8Array(vocabularySize), new Set());
  const ids = [null, 5, null, null, 6, null];

  async function stepsOf(perPass: number): Promise<StepResult[]> {
    const made = plugin?.create(fakeModels({ vocabularySize }));
    const run = {
      ids,
      rules,
      options: { perPass },
      sampling: { temperature: 0 },
      seed: 0n,
      alternatives: 0,
    };
    const never = new AbortController().signal;
    const state = await made?.begin(run, never);
    const results: StepResult[] = [];
    do {
      results.push(...((await made?.step([state], never)) ?? []));
    } while (!results.at(-1)?.done);
    return results;
  }

  it('commits the rightmost open positions of each pass', async () => {
    const positions = (await stepsOf(3)).map(({ fills }) => fills.map(({ position }) => position));

    expect(positions).toEqual([[5, 3, 2], [0]]);
  });

  it('takes the most probable token given all that is known and filled', async () => {
    const filled: (number | null)[] = ids.slice();
    const expected = [5, 3, 2, 0].map((position) => {
      const row = maskedRow(
        filled.map((id) => id ?? maskId),
        position,
        { vocabularySize },
      );
      const best = row.indexOf(Math.max(...row.slice(4)));
      filled[position] = best;
      return best;
    });

    expect((await stepsOf(1)).flatMap(({ fills }) => fills.map(({ tokenId }) => tokenId))).toEqual(
      expected,
    );
  });
});
