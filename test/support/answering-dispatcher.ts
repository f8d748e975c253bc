/**
 * A dispatcher that fills every slot at once, by the seed and the decoder alone.
 */
import { setImmediate } from 'node:timers/promises';
import type { InfillRequest } from '../../src/decoding/infill-request.ts';
import type { Priority } from '../../src/decoding/precedence.ts';
import type { CommittedToken, Outcome, RunError } from '../../src/decoding/run-event.ts';
import { ScriptedDispatcher, scriptedOutcome, scriptedPack } from './scripted-dispatcher.ts';

/** Answers runs until it is told to hold. */
export class AnsweringDispatcher extends ScriptedDispatcher {
  override packs = [{ ...scriptedPack, contextLength: 1000 }];
  /** Runs that are answered; the others stay as they are. */
  answers = Number.POSITIVE_INFINITY;
  /** What runs end with instead, the first first. */
  readonly failures: (RunError | null)[] = [];

  override async tokenize(_packId: string, text: string) {
    return { ids: [...text].map((letter) => letter.charCodeAt(0)), texts: [...text] };
  }

  override admit(packId: string, runId: string, request: InfillRequest, priority?: Priority) {
    const ticket = super.admit(packId, runId, request, priority);
    if (this.answers > 0) {
      this.answers -= 1;
      void setImmediate().then(() => this.#answer(runId, request));
    }
    return ticket;
  }

  #answer(runId: string, request: InfillRequest): void {
    const error = this.failures.shift() ?? null;
    this.tell(
      runId,
      { type: 'started' },
      error === null
        ? { type: 'completed', outcome: filled(request) }
        : { type: 'failed', error, outcome: null },
    );
  }
}

/** Each slot has letters of the alphabet, as many as it has tokens. */
function filled({ source, seed, decoder }: InfillRequest): Outcome {
  const segments = 'segments' in source ? source.segments : [];
  const lengths = segments.flatMap((segment) =>
    'slot' in segment && 'tokens' in segment.slot.length ? [segment.slot.length.tokens] : [],
  );
  const start = Number(seed % 26n) + decoder.name.length;
  const slots = lengths.map((length, index) => {
    const letters = Array.from({ length }, (_, at) =>
      String.fromCharCode(97 + ((start + index + at) % 26)),
    );
    return { index, key: null, text: letters.join(''), tokens: letters.map(tokenOf(index)) };
  });
  return { ...scriptedOutcome, slots };
}

function tokenOf(slot: number) {
  return (text: string, index: number): CommittedToken => {
    const place = { slot, index, position: index, step: index };
    return { ...place, id: text.charCodeAt(0), text, logProb: -1, alternatives: [] };
  };
}
