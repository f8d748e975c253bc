/**
 * A plugin with a diary: which runs began, what each step did, and what ended.
 *
 * Passes everything on unchanged; what is wrong in a diary is for the checks to say.
 */
import type { Decoder, DecoderState, Run, StepResult } from '../../src/decoding/decoder.ts';
import type { AnyDecoderPlugin } from '../../src/decoding/registry.ts';

/** One run of a decoder, from `begin` to `end`. */
export type WatchedRun = {
  readonly run: Run<unknown>;
  readonly results: StepResult[];
  /** Steps called, those that threw included. */
  stepCount: number;
  endCount: number;
  /** Steps called after the run was done or ended. */
  lateStepCount: number;
};

/** What a watched plugin's decoders did. */
export type Diary = {
  readonly runs: WatchedRun[];
  /** Called when a step has been made, with how many all runs have made. */
  onStep: (stepCount: number) => void;
  /** Called when a run has begun. */
  onBegin: () => void;
};

/** Returns the plugin with a diary of all decoders it makes. */
export function watched(plugin: AnyDecoderPlugin): { plugin: AnyDecoderPlugin; diary: Diary } {
  const diary: Diary = { runs: [], onStep: () => undefined, onBegin: () => undefined };
  return {
    diary,
    plugin: { ...plugin, create: (models) => watchedDecoder(plugin.create(models), diary) },
  };
}

function watchedDecoder(
  decoder: Decoder<unknown, DecoderState>,
  diary: Diary,
): Decoder<unknown, DecoderState> {
  const pages = new Map<DecoderState, WatchedRun>();
  const pageOf = (state: DecoderState): WatchedRun => {
    const page = pages.get(state);
    if (page === undefined) throw new Error('A state that no begin has made was passed in.');
    return page;
  };
  return {
    async begin(run, signal) {
      const state = await decoder.begin(run, signal);
      const page = { run, results: [], stepCount: 0, endCount: 0, lateStepCount: 0 };
      pages.set(state, page);
      diary.runs.push(page);
      diary.onBegin();
      return state;
    },
    async step(states, signal) {
      for (const page of states.map(pageOf)) {
        page.stepCount++;
        if (page.endCount > 0 || page.results.at(-1)?.done) page.lateStepCount++;
      }
      const results = await decoder.step(states, signal);
      for (const [index, state] of states.entries()) {
        const result = results[index];
        if (result !== undefined) pageOf(state).results.push(result);
      }
      diary.onStep(diary.runs.reduce((sum, { stepCount }) => sum + stepCount, 0));
      return results;
    },
    end(state) {
      pageOf(state).endCount++;
      decoder.end(state);
    },
    ...(decoder.score && { score: decoder.score.bind(decoder) }),
  };
}
