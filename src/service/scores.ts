/**
 * How likely a given fill is: checked, charged and scored in turn.
 *
 * Knows priorities and credit; keeps nothing.
 */
import type { GivenFill, PreparedSlot } from '../decoding/infill-request.ts';
import type { Priority } from '../decoding/precedence.ts';
import { InfillError } from '../errors.ts';
import { aheadOfBatchWork } from './ahead-of-batch-work.ts';
import type { CostLedger } from './cost-ledger.ts';
import { type PreparationOptions, prepareScore } from './prepared-request.ts';
import type { ScoredInfill, ScoreInput, Viewer } from './service.ts';

/** What scores are taken with. */
export type ScoresOptions = PreparationOptions & { readonly ledger: CostLedger };

/** On what terms a score is taken. */
export type ScoreCall = { readonly priority: Priority; readonly signal: AbortSignal };

/** Takes scores. */
export class Scores {
  readonly #options: ScoresOptions;

  constructor(options: ScoresOptions) {
    this.#options = options;
  }

  /** @throws as `prepareScore` and `Dispatcher.score`; RATE_LIMITED */
  score(input: ScoreInput, viewer: Viewer, call: ScoreCall): Promise<ScoredInfill> {
    return aheadOfBatchWork(this.#options.dispatcher, call.priority, () =>
      this.#score(input, viewer, call),
    );
  }

  async #score(
    input: ScoreInput,
    viewer: Viewer,
    { priority, signal }: ScoreCall,
  ): Promise<ScoredInfill> {
    const { dispatcher, ledger } = this.#options;
    const { pack, score, prepared } = await prepareScore(input, this.#options);
    await ledger.charge(viewer, prepared.cost);
    const scored = await dispatcher
      .score(pack.id, score, signal, priority)
      .catch(async (error: unknown) => {
        const isAdmitted = !(error instanceof InfillError && error.family === 'busy');
        if (!isAdmitted) await ledger.refund(viewer, prepared.cost);
        throw error;
      });
    const { decoder, seed } = score.request;
    const characterCount = characterCountOf(score.fill, prepared.slots);
    return { ...scored, pack, decoderName: decoder.name, seed, characterCount };
  }
}

/** An owned space is scored with the slot's first token, so it counts. */
function characterCountOf(fill: GivenFill, slots: readonly PreparedSlot[]): number | null {
  if ('tokens' in fill) return null;
  const ownedSpaces = slots.filter(({ ownsSpace }) => ownsSpace).length;
  return fill.slots.reduce((sum, text) => sum + [...text].length, ownedSpaces);
}
