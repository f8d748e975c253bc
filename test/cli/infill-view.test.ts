import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { infillView } from '../../src/cli/infill-view.ts';
import type { InfillPartsFragment } from '../../src/client/generated/graphql.ts';
import { type EmulatedTerminal, emulateTerminal } from './emulated-terminal.ts';

const infill: InfillPartsFragment = {
  id: 'SW5maWxs',
  status: 'COMPLETED',
  createdAt: '',
  finishedAt: '',
  source: 'The [MASK:2] sat.',
  text: 'The old dog sat.',
  slots: [],
  segments: [
    { text: 'The ', start: 0, end: 4, slot: null },
    { text: 'old dog', start: 4, end: 11, slot: 0 },
    { text: ' sat.', start: 11, end: 16, slot: null },
  ],
  likelihood: null,
  decoderName: 'maria',
  modelDigest: '',
  model: null,
  settings: [],
  promptTokens: [],
  seed: '7',
  usage: {
    knownTokens: 3,
    openTokens: 2,
    committedTokens: 2,
    causalPasses: 2,
    maskedPasses: 1,
    tokensPerPass: null,
  },
  timing: { queueMs: 1, firstTokenMs: 5, totalMs: 12.4, tokensPerSecond: 250.2 },
  error: null,
  cancelReason: null,
  labels: [],
  candidates: [],
  candidateOrder: null,
};

const segments = (text: string) => [
  { text: 'The ', start: 0, end: 4, slot: null },
  { text, start: 4, end: 4 + text.length, slot: 0 },
];

/** Two fills of three samples. */
const sampled: InfillPartsFragment = {
  ...infill,
  candidateOrder: 'LIKELIHOOD',
  candidates: [
    {
      rank: 1,
      text: 'The cat',
      slots: [],
      segments: segments('cat'),
      likelihood: {
        kind: 'CHAIN_RULE',
        logProb: -1.25,
        perplexity: 3.49,
        isBound: false,
        bitsPerCharacter: null,
        standardError: null,
      },
      count: 2,
    },
    {
      rank: 2,
      text: 'The\tdog',
      slots: [],
      segments: segments('\tdog'),
      likelihood: null,
      count: 1,
    },
  ],
};

/** A view on a terminal that also shows standard error. */
function openView({ stdout }: Pick<EmulatedTerminal, 'stdout'>, isJson: boolean) {
  const write = (text: string) => void stdout.write(text);
  const context = { env: {}, stdin: process.stdin, stdout, stderr: stdout, write };
  const unused = { setExitCode: () => undefined, version: '' };
  return infillView('The [MASK:2] sat.', isJson, { ...context, ...unused });
}

/** What the terminal shows once the timers have run. */
function seen(terminal: EmulatedTerminal): Promise<string[]> {
  vi.runAllTimers();
  const rows = terminal.rows();
  vi.runAllTimers();
  return rows;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the view of an infill on a terminal', () => {
  it('shows slots as they fill, and leaves the text and a line about it', async () => {
    const terminal = emulateTerminal(80, 10);
    const view = openView(terminal, false);
    view.update({ slots: [] });
    expect(await seen(terminal)).toEqual(['The [MASK:2] sat.']);
    view.update({ slots: [{ index: 0, key: null, text: 'old', complete: false }] });
    expect(await seen(terminal)).toEqual(['The old[MASK] sat.']);
    view.finish(infill);
    view.close();
    expect(await seen(terminal)).toEqual([
      'The old dog sat.',
      'maria · seed 7 · 2 tokens · 3 passes · 12 ms · 250 tokens/s',
    ]);
  });

  it('leaves what is filled so far of an infill that was left', async () => {
    const terminal = emulateTerminal(80, 10);
    const view = openView(terminal, false);
    view.update({ slots: [{ index: 0, key: null, text: 'old', complete: false }] });
    view.finish(null);
    expect(await seen(terminal)).toEqual(['The old[MASK] sat.', 'cancelled']);
  });

  it('shows open positions in the midst of filled ones, and those that are opened again', async () => {
    const terminal = emulateTerminal(80, 10);
    const view = openView(terminal, false);
    const states = [
      ['[MASK] dog', false],
      ['old dog', true],
      ['old [MASK]', false],
      ['old cat', true],
    ] as const;
    for (const [text, complete] of states) {
      view.update({ slots: [{ index: 0, key: null, text, complete }] });
      expect(await seen(terminal)).toEqual([`The ${text} sat.`]);
    }
    view.close();
    expect(await seen(terminal)).toEqual([]);
  });

  it('leaves every fill of several samples, and says what they are ranked by', async () => {
    const terminal = emulateTerminal(80, 20);
    const view = openView(terminal, false);
    view.finish(sampled);
    expect(await seen(terminal)).toEqual([
      '2 fills of 3 samples, ranked by log-likelihood',
      '',
      '1. log-likelihood -1.2500 (chain-rule), drawn 2 times',
      'The cat',
      '',
      '2. drawn once',
      'The     dog',
      'maria · seed 7 · 2 tokens · 3 passes · 12 ms · 250 tokens/s',
    ]);
  });

  it('shows nothing before the end when it is to be JSON', async () => {
    const terminal = emulateTerminal(200, 200);
    const view = openView(terminal, true);
    view.update({ slots: [{ index: 0, key: null, text: 'old', complete: false }] });
    expect(await seen(terminal)).toEqual([]);
    view.finish(infill);
    expect(JSON.parse((await seen(terminal)).join('\n'))).toEqual(infill);
  });
});

describe('the view of an infill on a pipe', () => {
  /** What is written at the end. */
  function writtenOf(ended: InfillPartsFragment | null): string {
    const written: string[] = [];
    const stdout = { isTTY: false, write: (text: string) => written.push(text) };
    openView({ stdout: stdout as unknown as NodeJS.WriteStream }, false).finish(ended);
    return written.join('');
  }

  it('is the filled text alone, and nothing where it was not filled', () => {
    expect(writtenOf({ ...infill, text: 'The\told dog\u0007 sat.' })).toBe(
      'The\told dog\u0007 sat.\n',
    );
    expect(writtenOf({ ...infill, text: null })).toBe('');
    expect(writtenOf(null)).toBe('');
  });

  it('is every fill of several samples with its text as it is', () => {
    const drawn = { ...sampled, candidateOrder: 'DRAWN' } as const;
    expect(writtenOf(drawn).split('\n')).toEqual([
      '2 fills of 3 samples, in the order they were drawn: their likelihoods cannot be compared',
      '',
      '1. log-likelihood -1.2500 (chain-rule), drawn 2 times',
      'The cat',
      '',
      '2. drawn once',
      'The\tdog',
      '',
    ]);
  });
});
