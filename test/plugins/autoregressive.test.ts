import { describe, expect, it } from 'vitest';
import { autoregressive } from '../../plugins/autoregressive/index.ts';
import { argmax } from '../../src/numerics/sampling.ts';
import { engineOf, outcomeOf, requestOf, tokensOf } from '../conformance/runs.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { causalRow } from '../support/fake-models.ts';

const { vocabularySize } = new ByteTokenizer([' the', ' cat', ' sat', 'é']);

describe('autoregressive', () => {
  it('takes the most probable token after everything to its left, one pass per token', async () => {
    const tokens = [10, null, 12, 13, null, null, 16];
    const outcome = await outcomeOf(
      engineOf(autoregressive),
      requestOf(autoregressive, { source: { tokens } }),
    );
    const prefix = [1];
    for (const [position, token] of tokens.entries()) {
      const row = causalRow(prefix, vocabularySize).fill(Number.NEGATIVE_INFINITY, 0, 4);
      const expected = token ?? argmax(row);
      prefix.push(expected);
      if (token === null) {
        expect(tokensOf(outcome).find((fill) => fill.position === position)?.id).toBe(expected);
      }
    }
    expect(outcome.usage).toMatchObject({ causalPasses: 3, maskedPasses: 0, committedTokens: 3 });
  });

  it('does not depend on what stands to the right', async () => {
    const fill = async (right: number) => {
      const source = { tokens: [10, null, null, right] };
      return tokensOf(
        await outcomeOf(engineOf(autoregressive), requestOf(autoregressive, { source })),
      );
    };
    expect(await fill(20)).toEqual(await fill(30));
  });

  it('applies the repetition penalty to what it has read, not to what stands to the right', async () => {
    const greedy = async (tokens: (number | null)[], repetitionPenalty: number) => {
      const request = requestOf(autoregressive, {
        source: { tokens },
        sampling: { repetitionPenalty },
      });
      return tokensOf(await outcomeOf(engineOf(autoregressive), request)).map(({ id }) => id);
    };
    const [best] = await greedy([10, null], 1);
    expect(await greedy([10, null, best ?? 0], 5)).toEqual([best]);
  });
});
