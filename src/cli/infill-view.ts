/**
 * What a person or a program sees of an infill: a text in place on a terminal, else the text or JSON at the end.
 *
 * Knows streams; knows no client.
 */
import type { InfillPartsFragment } from '../client/generated/graphql.ts';
import type { InfillState, SlotState } from '../events.ts';
import { parseTemplate } from '../text/template-notation.ts';
import { describeCandidates, hasSeveralSamples } from './candidates-view.ts';
import type { CommandContext } from './command-context.ts';
import { filledSoFar, filledText } from './filled-template.ts';
import { type LiveView, openLiveView } from './live-view.ts';
import { type Paint, paintFor, paintText } from './screen.ts';
import { summaryOf } from './summary.ts';

/** One infill's view. */
export type InfillView = {
  /** Shows what is filled so far. */
  readonly update: (state: Pick<InfillState, 'slots'>) => void;
  /** Writes what stays: of an infill as it ended, or of one that was left, null. */
  readonly finish: (infill: InfillPartsFragment | null) => void;
  /** Gives the terminal back; nothing to do after `finish`. */
  readonly close: () => void;
};

/** Opens the view that suits standard output. */
export function infillView(template: string, isJson: boolean, context: CommandContext): InfillView {
  const { stdout } = context;
  const { TERM: terminal } = context.env;
  if (isJson) return finalView(context, (infill) => JSON.stringify(infill, null, 2));
  if (stdout.isTTY && terminal !== 'dumb') return terminalView(template, context);
  return finalView(context, printed);
}

/** The filled text, nothing about it changed; of several samples, all of them. Null: it was not filled. */
function printed(infill: InfillPartsFragment): string | null {
  if (!hasSeveralSamples(infill)) return infill.text;
  return describeCandidates(infill, { line: (line) => line, fill: ({ text }) => text });
}

/** The same for a terminal. */
function painted(infill: InfillPartsFragment, paint: Paint): string {
  const fill = (filled: Pick<InfillPartsFragment, 'segments'>) =>
    paintText(filledText(filled), paint);
  if (!hasSeveralSamples(infill)) return fill(infill);
  return describeCandidates(infill, { line: (line) => paint('dim', line), fill });
}

/** @param print - null: nothing is written. */
function finalView(
  { write }: CommandContext,
  print: (infill: InfillPartsFragment) => string | null,
): InfillView {
  return {
    update() {
      // Only the end is written.
    },
    finish(infill) {
      const printed = infill === null ? null : print(infill);
      if (printed !== null) write(`${printed}\n`);
    },
    close() {
      // Nothing was opened.
    },
  };
}

function terminalView(text: string, { stdout, stderr }: CommandContext): InfillView {
  const paint = paintFor(stdout);
  let slots: readonly SlotState[] = [];
  let live: LiveView | null = null;
  // Not before the server has taken the template in, so that it can tell all that is wrong with the input at once.
  const soFar = () => filledSoFar(parseTemplate(text, []), slots);
  const close = () => {
    live?.close();
    live = null;
  };
  return {
    update(state) {
      slots = state.slots;
      live ??= openLiveView(stdout, paint);
      live.show(soFar());
    },
    finish(infill) {
      close();
      const isWhole = infill !== null && infill.text !== null;
      stdout.write(`${isWhole ? painted(infill, paint) : paintText(soFar(), paint)}\n`);
      const note = infill === null ? 'cancelled' : summaryOf(infill);
      stderr.write(`${paintFor(stderr)('dim', note)}\n`);
    },
    close,
  };
}
