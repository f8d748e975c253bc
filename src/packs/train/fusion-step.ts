/**
 * One step of training: the loss of a batch over all blocks of vocabulary rows, then the update of each block.
 *
 * Knows blocks and their order, so that memory is bounded by a block; knows no corpus and no schedule.
 */
import { type Graph, openGraph } from '../../model/graph-session.ts';
import type { Opened } from '../../model/open-models.ts';
import type { FusionParameters } from './fusion-parameters.ts';
import { adam, drawScoreGraph, drawUpdateGraph } from './step-graphs.ts';

/** Positions to predict: features (B, D) side by side, and the token that stands there, (B). */
export type Batch = { readonly features: Float32Array; readonly targets: Int32Array };

/** What a step is taken with. */
export type StepSize = {
  /** Learning rate. */
  readonly rate: number;
  readonly weightDecay: number;
};

/** How the work is cut up. */
export type StepOptions = {
  /** Vocabulary rows of a block. */
  readonly blockRows: number;
  /** Threads of one pass. */
  readonly threads: number;
};

const scoreOutputs = ['max', 'sum', 'targetLogit'] as const;
const updateOutputs = [
  'nextWeight',
  'nextWeightMean',
  'nextWeightSquare',
  'nextBias',
  'nextBiasMean',
  'nextBiasSquare',
] as const;

/** Computes losses, and takes steps. */
export class FusionStep {
  readonly #score: Opened<Graph<(typeof scoreOutputs)[number]>>;
  readonly #update: Opened<Graph<(typeof updateOutputs)[number]>>;
  readonly #blockRows: number;

  private constructor(
    score: Opened<Graph<(typeof scoreOutputs)[number]>>,
    update: Opened<Graph<(typeof updateOutputs)[number]>>,
    blockRows: number,
  ) {
    this.#score = score;
    this.#update = update;
    this.#blockRows = blockRows;
  }

  /** @throws InfillError DEVICE_UNAVAILABLE */
  static async open({ blockRows, threads }: StepOptions): Promise<FusionStep> {
    const score = await openGraph(drawScoreGraph(), scoreOutputs, threads);
    const update = await openGraph(drawUpdateGraph(), updateOutputs, threads);
    return new FusionStep(score, update, blockRows);
  }

  /** −log p of each target, in nats, (B). */
  async losses(parameters: FusionParameters, batch: Batch): Promise<Float64Array> {
    const { logTotals, targetLogits } = await this.#totals(parameters, batch);
    return Float64Array.from(logTotals, (total, row) => total - (targetLogits[row] ?? 0));
  }

  /** Changes the parameters by one step of AdamW; returns the mean loss before it, in nats. */
  async take(parameters: FusionParameters, batch: Batch, size: StepSize): Promise<number> {
    const { logTotals, targetLogits } = await this.#totals(parameters, batch);
    parameters.stepCount += 1;
    const scalars = scalarsOf(parameters.stepCount, batch.targets.length, size);
    const logCount = Math.log(logTotals.length);
    const shifted = Float32Array.from(logTotals, (total) => total + logCount);
    const logTotal = { values: shifted, shape: [shifted.length] };
    for (const block of this.#blocks(parameters)) {
      const inputs = { ...blockInputs(parameters, batch, block), logTotal, ...scalars };
      store(
        parameters,
        block,
        await this.#update.run({ ...inputs, ...momentInputs(parameters, block) }),
      );
    }
    const sum = logTotals.reduce(
      (total, logTotal, row) => total + logTotal - (targetLogits[row] ?? 0),
      0,
    );
    return sum / logTotals.length;
  }

  async close(): Promise<void> {
    await Promise.all([this.#score.close(), this.#update.close()]);
  }

  /** log Σ exp of each row of logits over all blocks, and each target's logit. */
  async #totals(parameters: FusionParameters, batch: Batch) {
    const count = batch.targets.length;
    const maxima = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
    const sums = new Float64Array(count);
    const targetLogits = new Float64Array(count);
    for (const block of this.#blocks(parameters)) {
      const scored = await this.#score.run(blockInputs(parameters, batch, block));
      for (const [row, blockMax] of scored.max.entries()) {
        const before = maxima[row] ?? 0;
        const max = Math.max(before, blockMax);
        const kept = (sums[row] ?? 0) * Math.exp(before - max);
        sums[row] = kept + (scored.sum[row] ?? 0) * Math.exp(blockMax - max);
        maxima[row] = max;
        targetLogits[row] = (targetLogits[row] ?? 0) + (scored.targetLogit[row] ?? 0);
      }
    }
    const logTotals = maxima.map((max, row) => max + Math.log(sums[row] ?? 0));
    return { logTotals, targetLogits };
  }

  *#blocks({ rowCount }: FusionParameters): Generator<Block> {
    for (let start = 0; start < rowCount; start += this.#blockRows) {
      yield { start, end: Math.min(rowCount, start + this.#blockRows) };
    }
  }
}

/** Vocabulary rows from `start` up to `end`. */
type Block = { readonly start: number; readonly end: number };

function blockInputs(parameters: FusionParameters, { features, targets }: Batch, block: Block) {
  const { width, layer } = parameters;
  const isHere = Float32Array.from(targets, (id) => (id >= block.start && id < block.end ? 1 : 0));
  const target = BigInt64Array.from(targets, (id, row) =>
    BigInt(isHere[row] ? id - block.start : 0),
  );
  return {
    features: { values: features, shape: [targets.length, width] },
    weight: weightRows(layer.weight, width, block),
    bias: biasRows(layer.bias, block),
    target: { values: target, shape: [targets.length, 1] },
    isHere: { values: isHere, shape: [targets.length, 1] },
  };
}

function momentInputs({ width, mean, square }: FusionParameters, block: Block) {
  return {
    weightMean: weightRows(mean.weight, width, block),
    weightSquare: weightRows(square.weight, width, block),
    biasMean: biasRows(mean.bias, block),
    biasSquare: biasRows(square.bias, block),
  };
}

function store(
  { width, layer, mean, square }: FusionParameters,
  { start }: Block,
  next: Readonly<Record<(typeof updateOutputs)[number], Float32Array>>,
): void {
  layer.weight.set(next.nextWeight, start * width);
  mean.weight.set(next.nextWeightMean, start * width);
  square.weight.set(next.nextWeightSquare, start * width);
  layer.bias.set(next.nextBias, start);
  mean.bias.set(next.nextBiasMean, start);
  square.bias.set(next.nextBiasSquare, start);
}

function weightRows(values: Float32Array, width: number, { start, end }: Block) {
  return { values: values.subarray(start * width, end * width), shape: [end - start, width] };
}

function biasRows(values: Float32Array, { start, end }: Block) {
  return { values: values.subarray(start, end), shape: [end - start] };
}

function scalarsOf(stepCount: number, rowCount: number, { rate, weightDecay }: StepSize) {
  const scalar = (value: number) => ({ values: Float32Array.of(value), shape: [] });
  return {
    share: scalar(1 / rowCount),
    rate: scalar(rate),
    shrink: scalar(1 - rate * weightDecay),
    meanScale: scalar(1 / (1 - adam.beta1 ** stepCount)),
    squareScale: scalar(1 / (1 - adam.beta2 ** stepCount)),
  };
}
