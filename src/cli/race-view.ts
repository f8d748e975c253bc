/**
 * What a person sees of a race: all entrants, one under the other, while they fill; at the end what each came to.
 *
 * Knows streams; knows no client.
 */
import type { InfillPartsFragment } from '../client/generated/graphql.ts';
import type { InfillState } from '../events.ts';
import type { Template } from '../text/template.ts';
import { parseTemplate } from '../text/template-notation.ts';
import type { CommandContext } from './command-context.ts';
import { filledSoFar, filledText, type Piece } from './filled-template.ts';
import { type LiveView, openLiveView } from './live-view.ts';
import { paintFor, paintText } from './screen.ts';
import { summaryOf } from './summary.ts';

/** One entrant as far as it is known. */
export type RaceEntrant = {
  readonly label: string;
  readonly state: InfillState;
  /** Null until it has ended. */
  readonly infill: InfillPartsFragment | null;
};

/** The view of a race. */
export type RaceView = {
  readonly update: (entrants: readonly RaceEntrant[]) => void;
  /** Writes what stays. */
  readonly finish: (entrants: readonly RaceEntrant[]) => void;
  /** Gives the terminal back; nothing to do after `finish`. */
  readonly close: () => void;
};

/** Opens the view that suits standard output: only a terminal is shown what goes on. */
export function raceView(template: string, { stdout, env }: CommandContext): RaceView {
  const paint = paintFor(stdout);
  const isLive = stdout.isTTY && env['TERM'] !== 'dumb';
  let live: LiveView | null = null;
  const close = () => {
    live?.close();
    live = null;
  };
  return {
    update(entrants) {
      if (!isLive) return;
      live ??= openLiveView(stdout, paint);
      const parsed = parseTemplate(template, []);
      live.show(entrants.flatMap((entrant) => piecesOf(entrant, parsed)));
    },
    finish(entrants) {
      close();
      const texts = entrants.map((entrant) => {
        const { label, infill } = entrant;
        const note = infill === null ? 'cancelled' : summaryOf(infill);
        const heading = `${paint('bold', label)}  ${paint('dim', note)}`;
        return `${heading}\n${paintText(textOf(entrant, parseTemplate(template, [])), paint)}\n`;
      });
      stdout.write(texts.join('\n'));
    },
    close,
  };
}

function piecesOf(entrant: RaceEntrant, template: Template): Piece[] {
  const { label, state } = entrant;
  const heading = `${label} (${(state.status ?? 'waits').toLowerCase()})\n`;
  return [
    { text: heading, kind: 'open' },
    ...textOf(entrant, template),
    { text: '\n\n', kind: 'known' },
  ];
}

function textOf({ state, infill }: RaceEntrant, template: Template): Piece[] {
  return infill?.text ? filledText(infill) : filledSoFar(template, state.slots);
}
