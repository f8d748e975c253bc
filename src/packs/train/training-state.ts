/**
 * A training on disk: parameters with their moments and the figures until now in one file, and the best layer so far in
 * another, so that it takes no memory.
 *
 * Knows the two files and the order in which they change; knows no step.
 */
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { FusionParameters, LayerArrays } from './fusion-parameters.ts';
import { damaged, withNumbers, writeNumbers } from './number-file.ts';
import { type TrainingPlan, trainingKey } from './training-plan.ts';
import { bestPath, statePath } from './work-folder.ts';

const evaluationSchema = z.strictObject({
  /** Steps taken before it. */
  step: z.int().nonnegative(),
  /** Mean −log p of held-out positions, in nats, by mask rate. */
  losses: z.array(z.strictObject({ rate: z.number(), loss: z.number() })),
});

const factsSchema = z.strictObject({
  formatVersion: z.literal(3),
  rowCount: z.int().positive(),
  width: z.int().positive(),
  stepCount: z.int().nonnegative(),
  /** Key of what the training depends on; another training's state is refused. */
  training: z.string(),
  bestStep: z.int().nonnegative(),
  /** Mean training loss of each step, in nats. */
  trainingLosses: z.array(z.number()),
  evaluations: z.array(evaluationSchema),
});

/** Losses of held-out positions at one time. */
export type Evaluation = z.infer<typeof evaluationSchema>;

/** Everything that a training goes on from, but the best layer. */
export type TrainingState = {
  readonly parameters: FusionParameters;
  /** Steps before the layer with the lowest held-out loss. */
  bestStep: number;
  readonly trainingLosses: number[];
  readonly evaluations: Evaluation[];
};

/** The files of one training in its folder. */
export class TrainingFiles {
  readonly #key: string;
  readonly #statePath: string;
  readonly #bestPath: (step: number) => string;
  /** Of the state on disk; null when there is none. */
  #savedBestStep: number | null = null;

  constructor(folder: string, plan: TrainingPlan) {
    this.#key = trainingKey(plan);
    this.#statePath = statePath(folder, plan);
    this.#bestPath = (step) => bestPath(folder, plan, step);
  }

  /** Writes the state, whole or not at all; its best layer is there already. */
  async write({ parameters, ...figures }: TrainingState): Promise<void> {
    const { rowCount, width, stepCount } = parameters;
    const facts = { formatVersion: 3, rowCount, width, stepCount, training: this.#key, ...figures };
    await writeNumbers(this.#statePath, facts, arraysOf(parameters));
    this.#savedBestStep = figures.bestStep;
    await this.#forgetBestExcept(figures.bestStep);
  }

  /**
   * Reads the state; null when there is none.
   *
   * @throws InfillError INVALID_INPUT when it is damaged, or of another training
   */
  read(): Promise<TrainingState | null> {
    const path = this.#statePath;
    return withNumbers(path, async (json, readInto) => {
      const parsed = factsSchema.safeParse(json);
      if (!parsed.success) throw damaged(path, `: ${z.prettifyError(parsed.error)}`);
      const { training, rowCount, width, stepCount, bestStep, trainingLosses, evaluations } =
        parsed.data;
      if (training !== this.#key) throw damaged(path, ': it is of another training');
      const layer = () => ({
        weight: new Float32Array(rowCount * width),
        bias: new Float32Array(rowCount),
      });
      const [mean, square] = [layer(), layer()];
      const parameters = { rowCount, width, layer: layer(), mean, square, stepCount };
      await readInto(arraysOf(parameters));
      this.#savedBestStep = bestStep;
      return { parameters, bestStep, trainingLosses, evaluations };
    });
  }

  /** Keeps a layer as the best after `step` steps, beside the one that the state on disk says is best. */
  async writeBest(step: number, { weight, bias }: LayerArrays): Promise<void> {
    await writeNumbers(this.#bestPath(step), { step }, [weight, bias]);
    await this.#forgetBestExcept(step, this.#savedBestStep);
  }

  /** Overwrites `layer` with the one kept for `step`. @throws InfillError INVALID_INPUT when it is damaged or gone */
  async readBest(step: number, { weight, bias }: LayerArrays): Promise<void> {
    const path = this.#bestPath(step);
    const found = await withNumbers(path, async (_, readInto) => {
      await readInto([weight, bias]);
      return true;
    });
    if (found === null) throw damaged(this.#statePath, ': its best layer is gone');
  }

  /** Removes layers that were the best for a while. */
  async #forgetBestExcept(...steps: readonly (number | null)[]): Promise<void> {
    const kept = steps.map((step) => (step === null ? null : basename(this.#bestPath(step))));
    const folder = dirname(this.#statePath);
    for (const name of await readdir(folder)) {
      const isBest = name.startsWith(`${this.#key}-best-`);
      if (isBest && !kept.includes(name)) await rm(join(folder, name));
    }
  }
}

function arraysOf({ layer, mean, square }: FusionParameters): Float32Array[] {
  return [layer, mean, square].flatMap(({ weight, bias }) => [weight, bias]);
}
