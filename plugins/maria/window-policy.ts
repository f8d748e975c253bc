/**
 * How many drafts the next causal pass verifies: a fixed number, or as many as give the most tokens for the time of
 * the pass.
 *
 * Knows confidences and counts of rows; knows no model. Changes how fast a run is, never its tokens.
 */

/** What a policy chooses from, at one step of a run. */
export type Prospect = {
  /** Open positions that one pass could verify, the next one included; ≥ 1. */
  readonly targetCount: number;
  /** Rows of a pass up to target `index`; ascending. */
  readonly rowsTo: (index: number) => number;
  /** The greatest probability of q at target `index`, at the temperature drafts are drawn at, or at 1 when greedy. */
  readonly confidenceOf: (index: number) => number;
};

/** Chooses windows for one run. */
export interface WindowPolicy {
  /** Most drafts that it lets a pass verify. */
  readonly limit: number;
  /** Drafts that the next pass verifies beside the next token; below `targetCount`. */
  choose(prospect: Prospect): number;
  /** Learns whether a draft of that confidence was committed. */
  learn(confidence: number, isAccepted: boolean): void;
}

/** Always the same number, or what is left. */
export function fixedWindow(size: number): WindowPolicy {
  return {
    limit: size,
    choose: ({ targetCount }) => Math.min(size, targetCount - 1),
    learn: () => undefined,
  };
}

/** A window of 7 fills eight rows; more pay only where nearly every draft is accepted, and each holds V numbers. */
export const adaptiveLimit = 7;

/**
 * What two more rows cost, as a share of a pass over two. Measured: 0.07 to 0.16 in float32, 0.3 in int4; with 0.15
 * speed-ups were within 5 % of the best constant's in both.
 */
const rowPairCost = 0.15;

/** Drafts that the guess counts for, against those that were seen. */
const priorCount = 4;

/**
 * The window with the greatest expected tokens per time. A draft's chance is guessed from q and corrected by how often
 * the run's drafts were accepted so far, which depends on its tokens alone: no clock, so steps repeat with the seed.
 */
export class AdaptiveWindow implements WindowPolicy {
  readonly limit = adaptiveLimit;
  readonly #guess: (confidence: number) => number;
  #guessed = priorCount;
  #accepted = priorCount;

  constructor(isGreedy: boolean) {
    this.#guess = isGreedy ? Math.sqrt : halfway;
  }

  choose({ targetCount, rowsTo, confidenceOf }: Prospect): number {
    const correction = this.#accepted / this.#guessed;
    let chance = 1; // that all drafts before the target are accepted
    let tokens = 1;
    let best = { size: 0, rate: tokens / passCost(rowsTo(0)) };
    for (let size = 1; size < targetCount; size++) {
      chance *= Math.min(1, correction * this.#guess(confidenceOf(size - 1)));
      tokens += chance;
      const rate = tokens / passCost(rowsTo(size));
      if (rate >= best.rate) best = { size, rate };
    }
    return best.size;
  }

  learn(confidence: number, isAccepted: boolean): void {
    this.#guessed += this.#guess(confidence);
    if (isAccepted) this.#accepted++;
  }
}

/** Of sampled drafts; of greedy ones about the square root is accepted. Fitted to an untrained fusion. */
function halfway(confidence: number): number {
  return (1 + confidence) / 2;
}

/** Time of a pass in passes over two rows; an odd row is as long as two. */
function passCost(rows: number): number {
  return 1 + rowPairCost * (Math.max(1, Math.ceil(rows / 2)) - 1);
}
