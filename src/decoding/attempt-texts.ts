/**
 * All attempts of one run in text: which of them is shown, and which is best in the end.
 *
 * What it returns adds up: tokens committed and reopened, entry by entry, are those of the shown fill. Knows no engine
 * and no clock.
 */
import assert from 'node:assert/strict';
import type { Prompt } from '../text/prompt.ts';
import type { Attempt } from './attempt.ts';
import type { LikelihoodKind, StepResult } from './decoder.ts';
import { rankCandidates } from './rank-candidates.ts';
import type { Candidate, CandidateOrder, TokensChanged } from './run-event.ts';
import { RunText, type RunTextSettings } from './run-text.ts';

/** How fills of one run become text. */
export type TextSettings = RunTextSettings & {
  /** Of each fill's path. */
  readonly kind: LikelihoodKind;
};

/** How the samples of a run compare. */
export type Ranking = {
  /** Shows the best in place of the first; null where the first is the best. */
  readonly change: TokensChanged | null;
  /** How many samples came out like the best. */
  readonly count: number;
  /** Best first, without the best. */
  readonly others: readonly Candidate[];
  readonly order: CandidateOrder;
};

/** The texts of one run's attempts. */
export class AttemptTexts {
  readonly #settings: TextSettings;
  readonly #samples: RunText[] = [];
  readonly #trials = new Map<Attempt, RunText>();
  #shown: RunText | null;
  /** Of the attempt under way. */
  #current: RunText | null = null;

  /** @param prompt - null while its lengths are not settled. */
  constructor(prompt: Prompt | null, settings: TextSettings) {
    this.#settings = settings;
    this.#shown = prompt && this.#textOf(prompt);
  }

  /** What the entries told so far add up to; null while lengths are not settled. */
  get shown(): RunText | null {
    return this.#shown;
  }

  /** Steps from here on are of this attempt. */
  begin(attempt: Attempt): void {
    const text = this.#textOf(attempt.prompt);
    this.#current = text;
    if (attempt.part === 'TRIAL') this.#trials.set(attempt, text);
    else this.#samples.push(text);
    if (attempt.part === 'SHOWN') this.#shown = text;
  }

  /** Applies a step; null when there is nothing to show of it. */
  apply(step: number, result: StepResult): TokensChanged | null {
    const changed = this.#current?.apply(step, result) ?? null;
    return this.#current === this.#shown ? changed : null;
  }

  /** Makes a trial the first sample and shows it. */
  choose(attempt: Attempt): TokensChanged {
    const text = this.#trials.get(attempt);
    assert(text !== undefined, 'A trial is chosen after it was run.');
    this.#trials.clear();
    this.#samples.push(text);
    this.#shown = this.#textOf(attempt.prompt);
    return this.#shown.adopt(text.tokens);
  }

  /** Compares the samples, all of them filled, and shows the best. */
  rank(): Ranking {
    const { kind } = this.#settings;
    const samples = this.#samples.map((text) => ({
      text,
      tokenIds: text.tokens.map(({ id }) => id),
      likelihood: text.filling(kind).likelihood,
    }));
    const { order, ranked } = rankCandidates(samples);
    const [best, ...others] = ranked;
    assert(best !== undefined, 'A run that ended has a sample.');
    // Read before the best is shown: the first sample's own text is what shows it.
    const candidates = others.map(({ sample, count }) => candidateOf(sample.text, kind, count));
    const isShown = best.sample.text === this.#samples[0];
    const change = isShown ? null : (this.#shown?.adopt(best.sample.text.tokens) ?? null);
    return { change, count: best.count, others: candidates, order };
  }

  #textOf(prompt: Prompt): RunText {
    return new RunText(prompt, this.#settings);
  }
}

function candidateOf(filled: RunText, kind: LikelihoodKind, count: number): Candidate {
  const { text, ...rest } = filled.filling(kind);
  assert(text !== null, 'A sample that ended is filled.');
  return { text, ...rest, count };
}
