import { describe, expect, it } from 'vitest';
import { autoregressive } from '../../plugins/autoregressive/index.ts';
import { maria } from '../../plugins/maria/index.ts';
import type { InfillRequest, ScoreRequest } from '../../src/decoding/infill-request.ts';
import { engineOf, requestOf } from '../conformance/runs.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { listDecoder } from '../support/list-decoder.ts';

const tokenizer = new ByteTokenizer([' the', ' cat']);
const { vocabularySize } = tokenizer;
const never = new AbortController().signal;
const idOf = (text: string) => tokenizer.encode(text)[0] ?? -1;

/** That fill of that request, to be scored. */
function scoreOf(request: InfillRequest, targets: readonly number[]): ScoreRequest {
  return { request, fill: { tokens: targets }, draws: 1 };
}

describe('score', () => {
  const engine = engineOf(maria, { tokenizer, others: [autoregressive] });
  const request = requestOf(maria, { source: { tokens: [10, null, 12, null] } });

  it.each([
    [[10], '1 token for 2 open positions'],
    [[10, 3], 'The token id 3 is special, which no slot can have.'],
    [[10, -1], `A token id is a whole number from 0 to ${vocabularySize - 1}, not -1.`],
    [[10, 1.5], ', not 1.5.'],
    [[10, vocabularySize], `, not ${vocabularySize}.`],
  ])('refuses the targets %j', async (targets, message) => {
    await expect(engine.score(scoreOf(request, targets), never)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(message),
    });
  });

  it('lets any ordinary token stand after a space: a given fill is scored as it is', async () => {
    const targets = [idOf('x')];
    const text = requestOf(maria, { source: { text: 'a [MASK]' } });
    const ids = requestOf(maria, { source: { tokens: [idOf('a'), null] } });
    const { likelihood } = await engine.score(scoreOf(text, targets), never);
    expect(likelihood.logProb).toBeGreaterThan(-20);
    const ofIds = await engine.score(scoreOf(ids, targets), never);
    expect(likelihood).toEqual(ofIds.likelihood);
  });

  it.each([maria, autoregressive])('ends when it is cancelled: $name', async (plugin) => {
    const cancelled = { ...request, decoder: { name: plugin.name, options: {} } };
    const scoring = engine.score(scoreOf(cancelled, [10, 11]), AbortSignal.abort());
    await expect(scoring).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('refuses a decoder without a likelihood', async () => {
    const { plugin } = listDecoder([]);
    const scoring = engineOf(plugin).score(scoreOf(requestOf(plugin, {}), [10]), never);
    await expect(scoring).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });
});
