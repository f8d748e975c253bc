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
const runText = () => new RunText(prompt, { tokenizer, order: 'ANY_ORDER', maskedShare: null });

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
    const filling = text.filling('CHAIN_RULE');
    expect(filling).toMatchObject({ text: null, segments: [], likelihood: null });
    expect(filling.slots[0]?.tokens.map((token) => token.text)).toEqual(['!']);
  });

  it('gives text and path likelihood of what was filled', () => {
    const text = runText();
    text.apply(0, { fills: [fill(1, '!', -0.5), fill(0, ' cat', -2)], reopened: [] });
    const filling = text.filling('CHAIN_RULE');
    expect(filling.text).toBe('See cat!.');
    expect(filling.slots[0]?.tokens.map(({ index }) => index)).toEqual([0, 1]);
    expect(filling.likelihood).toEqual({ kind: 'CHAIN_RULE', logProb: -2.5 });
    expect(text.filling('ELBO').likelihood).toBeNull();
  });

  it('has no path likelihood where a term is not finite', () => {
    const text = runText();
    text.apply(0, {
      fills: [fill(1, '!', Number.NEGATIVE_INFINITY), fill(0, ' cat')],
      reopened: [],
    });
    expect(text.filling('CHAIN_RULE')).toMatchObject({ text: 'See cat!.', likelihood: null });
  });

  it('puts other tokens in place of its own', () => {
    const [text, other] = [runText(), runText()];
    other.apply(4, { fills: [fill(0, ' cat'), fill(1, '?')], reopened: [] });
    const committed = text.adopt(other.tokens);
    expect(committed).toMatchObject({
      type: 'committed',
      slots: [{ text: 'cat?', complete: true }],
    });
    text.apply(5, { fills: [fill(0, ' the')], reopened: [] });
    expect(text.adopt(other.tokens)).toEqual({
      type: 'revised',
      tokens: other.tokens,
      reopened: [first, first + 1],
      slots: [{ index: 0, key: null, text: 'cat?', complete: true }],
    });
    expect(text.filling('CHAIN_RULE')).toEqual(other.filling('CHAIN_RULE'));
    expect(text.adopt([])).toMatchObject({ tokens: [], slots: [{ text: '[MASK][MASK]' }] });
  });
});
