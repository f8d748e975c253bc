import { describe, expect, it } from 'vitest';
import { RunText } from '../../src/decoding/run-text.ts';
import { ByteTokenizer } from '../support/byte-tokenizer.ts';
import { promptOf } from '../support/prompt-of.ts';

const tokenizer = new ByteTokenizer([' the', ' cat']);
const prompt = promptOf('See [MASK:2].', tokenizer);
const first = prompt.slots[0]?.span.start ?? -1;
const fill = (offset: number, text: string, logProb = -1) => ({
  position: first + offset,
  tokenId: tokenizer.encode(text)[0] ?? -1,
  logProb,
  alternatives: [],
});
const times = { submittedAt: 0, startedAt: 2, firstTokenAt: 3, finishedAt: 12 };
const passes = { causal: 4, masked: 1 };
const runText = () => new RunText(prompt, tokenizer, 'ANY_ORDER');

describe('RunText', () => {
  it('tells commits from revisions', () => {
    const text = runText();
    expect(text.apply(0, { fills: [], reopened: [] })).toBeNull();
    expect(text.apply(1, { fills: [fill(0, ' the')], reopened: [] })).toMatchObject({
      type: 'committed',
      tokens: [{ slot: 0, index: 0, position: first, text: ' the', step: 1 }],
      slots: [{ text: 'the[MASK]', complete: false }],
    });
    expect(text.apply(2, { fills: [fill(1, '!')], reopened: [first] })).toMatchObject({
      type: 'revised',
      reopened: [first],
      slots: [{ text: '[MASK]!' }],
    });
    expect(text.apply(3, { fills: [fill(1, '?')], reopened: [] })).toMatchObject({
      type: 'revised',
      reopened: [],
      slots: [{ text: '[MASK]?' }],
    });
  });

  it('forgets the tokens of positions that are open again', () => {
    const text = runText();
    text.apply(0, { fills: [fill(0, ' the'), fill(1, '!')], reopened: [] });
    text.apply(1, { fills: [], reopened: [first] });
    const outcome = text.outcome('CHAIN_RULE', passes, times);
    expect(outcome).toMatchObject({ text: null, segments: [], likelihood: null });
    expect(outcome.slots[0]?.tokens.map((token) => token.text)).toEqual(['!']);
    expect(outcome.usage).toMatchObject({ openTokens: 2, committedTokens: 1 });
  });

  it('gives text, path likelihood, usage and timing of what was filled', () => {
    const text = runText();
    text.apply(0, { fills: [fill(1, '!', -0.5), fill(0, ' cat', -2)], reopened: [] });
    const outcome = text.outcome('CHAIN_RULE', passes, times);
    expect(outcome.text).toBe('See cat!.');
    expect(outcome.slots[0]?.tokens.map(({ index }) => index)).toEqual([0, 1]);
    expect(outcome.likelihood).toEqual({ kind: 'CHAIN_RULE', logProb: -2.5 });
    expect(outcome.usage).toEqual({
      knownTokens: 4,
      openTokens: 2,
      committedTokens: 2,
      causalPasses: 4,
      maskedPasses: 1,
    });
    expect(outcome.timing).toEqual({
      queueMs: 2,
      firstTokenMs: 3,
      totalMs: 12,
      tokensPerSecond: 200,
    });
    expect(text.outcome('ELBO', passes, times).likelihood).toBeNull();
  });
});
