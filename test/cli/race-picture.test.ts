import { describe, expect, it } from 'vitest';
import { columnsOf, layOut } from '../../src/cli/race-layout.ts';
import { racePicture } from '../../src/cli/race-picture.ts';
import { type Lane, lanesOf, type RaceEvent } from '../../src/cli/race-timeline.ts';

const clock = (ms: number) => new Date(1_700_000_000_000 + ms).toISOString();
const token = (index: number, text: string, maskedShare: number | null = 0.5) => ({
  ...{ slot: 0, index, position: 10 + index, id: index, text, maskedShare },
  ...{ logProb: -1, step: index, alternatives: [] },
});

/** The end of an infill whose one slot has these tokens, as far as a picture needs it. */
function completed(tokens: readonly ReturnType<typeof token>[], text: string) {
  return {
    status: 'COMPLETED',
    usage: { committedTokens: tokens.length, causalPasses: 2, maskedPasses: 1 },
    slots: [{ index: 0, key: null, text, tokens }],
    segments: [
      { text: 'A <b> & ', start: 0, end: 8, slot: null },
      { text, start: 8, end: 8 + text.length, slot: 0 },
      { text: '.', start: 8 + text.length, end: 9 + text.length, slot: null },
    ],
  };
}

function event(entrant: number, ms: number, fields: object): RaceEvent {
  const own = { infillId: `i${entrant}`, seq: 0, at: clock(ms), ...fields };
  return { __typename: 'ComparisonEvent', seq: 0, entrant, event: own } as unknown as RaceEvent;
}

const committed = (entrant: number, ms: number, ...tokens: ReturnType<typeof token>[]) =>
  event(entrant, ms, { __typename: 'InfillTokensCommitted', tokens, slots: [] });
const tokens = [token(0, ' cat', 1), token(1, ' sat', 0)];
/** The second entrant takes a token back and puts another one there. */
const events: readonly RaceEvent[] = [
  event(0, 0, { __typename: 'InfillQueued' }),
  event(1, 0, { __typename: 'InfillQueued' }),
  event(0, 10, { __typename: 'InfillStarted' }),
  committed(0, 20, token(0, ' cat', 1)),
  committed(1, 30, token(0, ' old', null), token(1, ' sat', 0)),
  committed(0, 40, token(1, ' sat', 0)),
  event(0, 50, { __typename: 'InfillCompleted', infill: completed(tokens, 'cat sat') }),
  event(1, 60, {
    __typename: 'InfillTokensRevised',
    tokens: [token(0, ' cat', 1)],
    reopened: [10],
    slots: [],
  }),
  event(1, 100, { __typename: 'InfillCompleted', infill: completed(tokens, 'cat sat') }),
];

describe('lanesOf', () => {
  it('puts all that happened on one clock, place by place', () => {
    const [first, second] = lanesOf(['a', 'b'], events);
    expect(first).toMatchObject({ label: 'a', startedAt: 10, endedAt: 50 });
    expect(first?.pieces).toEqual([
      { text: 'A <b> & ', changes: null },
      { text: 'cat', changes: [{ at: 20, text: ' cat', maskedShare: 1 }] },
      { text: ' sat', changes: [{ at: 40, text: ' sat', maskedShare: 0 }] },
      { text: '.', changes: null },
    ]);
    expect(second).toMatchObject({ startedAt: null, endedAt: 100 });
    expect(second?.pieces[1]?.changes).toEqual([
      { at: 30, text: ' old', maskedShare: null },
      { at: 60, text: null, maskedShare: null },
      { at: 60, text: ' cat', maskedShare: 1 },
    ]);
  });

  it('shows a slot whose tokens are parts of characters as one piece, from its last token on', () => {
    const halves = [token(0, '\uFFFD', 0), token(1, '\uFFFD', 1)];
    const end = { __typename: 'InfillCompleted', infill: completed(halves, 'é') };
    const [lane] = lanesOf(
      ['a'],
      [
        committed(0, 0, ...halves.slice(0, 1)),
        committed(0, 5, ...halves.slice(1)),
        event(0, 9, end),
      ],
    );
    expect(lane?.pieces[1]).toEqual({
      text: 'é',
      changes: [{ at: 5, text: 'é', maskedShare: 1 }],
    });
  });

  it('has a lane without text for an entrant that has not ended', () => {
    expect(lanesOf(['a', 'b'], events.slice(0, 5))).toMatchObject([
      { infill: null, endedAt: null, pieces: [] },
      { infill: null, pieces: [] },
    ]);
  });
});

describe('layOut', () => {
  it('breaks lines between words, keeps tokens whole, and loses no character but spaces at breaks', () => {
    const pieces = [
      { text: 'one two three', changes: null },
      { text: ' four', changes: [] },
      { text: '\nnine,ten,eleven,twelve', changes: null },
    ];
    const { cells, lineCount } = layOut(pieces, 10);
    const lines = Array.from({ length: lineCount }, (_, line) =>
      cells
        .filter((cell) => cell.line === line)
        .map(({ text }) => text)
        .join(''),
    );
    expect(lines).toEqual(['one two', 'three four', 'nine,ten,e', 'leven,twel', 've']);
    for (const { text, width, column } of cells) {
      expect(width).toBe(columnsOf(text));
      expect(column + width).toBeLessThanOrEqual(10);
    }
  });
});

describe('racePicture', () => {
  const picture = racePicture(lanesOf(['a', '"b" <c>'], events), 'A <b> & [MASK:2].');

  it('is one well-formed file that says everything as text, and refers to nothing', () => {
    expect(tagsOf(picture)).toBe('balanced');
    expect(picture).toContain('<title>A &lt;b&gt; &amp; [MASK:2].</title>');
    expect(picture).toContain('&quot;b&quot; &lt;c&gt;');
    expect(picture).not.toMatch(/<script|href|url\(|@import|\son\w+=/);
    expect(picture.match(/http[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
  });

  it('is the same for the same race', () => {
    expect(racePicture(lanesOf(['a', '"b" <c>'], events), 'A <b> & [MASK:2].')).toBe(picture);
  });

  it('shows the end where nothing moves, and what was replaced only while it stood', () => {
    const groups = picture.match(/<g[^>]*><animate [^>]*>.*?<\/g>/g) ?? [];
    expect(
      groups.map((group) => [/^<g opacity="0">/.test(group), />([a-z]+)<\/text>/.exec(group)?.[1]]),
    ).toEqual([
      [false, 'cat'],
      [false, 'sat'],
      [true, 'old'],
      [false, 'cat'],
      [false, 'sat'],
    ]);
    // 100 ms of race are shown in 4 s, with a pause of 2.5 s.
    expect(groups[2]).toContain('values="0;1;0" keyTimes="0;0.1846;0.3692" dur="6.5s"');
  });

  it('flashes a place at every change but the first, and shades tokens by their share', () => {
    expect(picture.match(/<rect class="flash"[^>]*><animate/g)).toHaveLength(2);
    const shades = [...picture.matchAll(/class="shade"[^>]*fill="(#[0-9a-f]{6})"/g)];
    expect(shades.map(([, colour]) => colour)).toEqual([
      ...['#247ad6', '#e27726', '#8a8f98', '#247ad6', '#e27726'],
    ]);
  });

  it('has times that rise, from 0 to at most 1, whatever the race', () => {
    const lane: Lane = { label: 'x', infill: null, startedAt: 5, endedAt: 0, pieces: [] };
    for (const text of [picture, racePicture([lane], ''), racePicture([], '')]) {
      for (const [, times = ''] of text.matchAll(/keyTimes="([^"]*)"/g)) {
        const values = times.split(';').map(Number);
        expect(values[0]).toBe(0);
        expect(values).toEqual([...values].sort((a, b) => a - b));
        expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
      }
    }
  });
});

/** Whether every element is closed in order. */
function tagsOf(xml: string): string {
  const open: string[] = [];
  for (const [, close, name = '', empty] of xml.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/gi)) {
    if (close === '/') {
      if (open.pop() !== name) return `</${name}> closes something else`;
    } else if (empty !== '/') open.push(name);
  }
  return open.length === 0 ? 'balanced' : `${open.join(' ')} left open`;
}
