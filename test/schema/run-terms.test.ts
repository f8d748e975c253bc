import { describe, expect, it } from 'vitest';
import { textFreeOutcome } from '../../src/service/text-free.ts';
import { createApi, items, run } from '../support/run-operation.ts';
import { scriptedOutcome } from '../support/scripted-dispatcher.ts';

const whole = `{ __typename ... on Infill { id status store cancelReason source text promptTokens
  slots { text } segments { text } candidates { text } candidateOrder
  likelihood { logProb perplexity bitsPerCharacter } usage { openTokens } timing { totalMs } } }`;
const submit = `mutation { submitInfill(input: { source: { text: "[MASK]" }, store: METADATA }) ${whole} }`;

describe('a cancelled infill', () => {
  it('says why, as itself and as the last event', async () => {
    const api = createApi();
    const { data } = await run(api, submit);
    const { id } = data.submitInfill;
    expect(data.submitInfill).toMatchObject({ store: 'METADATA', cancelReason: null });
    await run(api, `mutation { cancelInfill(input: { id: "${id}" }) ${whole} }`);
    const found = await run(api, `{ infill(id: "${id}") { status cancelReason } }`);
    expect(found.data.infill).toEqual({ status: 'CANCELLED', cancelReason: 'REQUESTED' });
    const seen = await items(
      api,
      `subscription { infillEvents(id: "${id}") {
        ... on InfillCancelled { reason infill { cancelReason } } } }`,
    );
    expect(seen.at(-1)).toEqual({ reason: 'REQUESTED', infill: { cancelReason: 'REQUESTED' } });
  });
});

describe('an infill without texts', () => {
  it('has its numbers, and no text, token or candidate', async () => {
    const api = createApi();
    api.service.outcome = textFreeOutcome(scriptedOutcome);
    const { data } = await run(api, submit.replace('submitInfill', 'infill'));
    // As its row is once memory has forgotten it.
    const [completed] = api.service.runs;
    if (completed !== undefined) {
      api.service.runs[0] = { ...completed, source: null, promptTokens: null };
    }
    const found = await run(api, `{ node(id: "${data.infill.id}") ${whole} }`);
    expect(found.data.node).toMatchObject({
      status: 'COMPLETED',
      source: null,
      text: null,
      promptTokens: [],
      slots: [],
      segments: [],
      candidates: [],
      candidateOrder: 'LIKELIHOOD',
      likelihood: { logProb: -1, perplexity: null, bitsPerCharacter: null },
      usage: { openTokens: 1 },
      timing: { totalMs: 3 },
    });
  });
});
