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
  labels: [],
};

/** A view on a terminal that also shows standard error. */
function openView(terminal: EmulatedTerminal, isJson: boolean) {
  const { stdout } = terminal;
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
    view.update([]);
    expect(await seen(terminal)).toEqual(['The [MASK:2] sat.']);
    view.update([{ index: 0, key: null, text: 'old', complete: false }]);
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
    view.update([{ index: 0, key: null, text: 'old', complete: false }]);
    view.finish(null);
    expect(await seen(terminal)).toEqual(['The old[MASK] sat.', 'cancelled']);
  });

  it('shows nothing before the end when it is to be JSON', async () => {
    const terminal = emulateTerminal(200, 200);
    const view = openView(terminal, true);
    view.update([{ index: 0, key: null, text: 'old', complete: false }]);
    expect(await seen(terminal)).toEqual([]);
    view.finish(infill);
    expect(JSON.parse((await seen(terminal)).join('\n'))).toEqual(infill);
  });
});
