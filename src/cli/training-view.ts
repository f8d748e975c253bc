/**
 * What a training shows: a bar on a terminal, a line for each evaluation everywhere.
 *
 * Knows wording and widths; knows no step.
 */
import type { Manifest } from '../packs/manifest.ts';
import type { TrainPackProgress } from '../packs/train/train-pack.ts';
import type { PackCommandContext } from './command-context.ts';
import { progressBar, timeLeftText } from './progress-bar.ts';

type Shown<K extends TrainPackProgress['type']> = Extract<TrainPackProgress, { readonly type: K }>;

/** What the newest example or step counts in the mean time of one. */
const newestWeight = 1 / 20;

const noBetterText =
  'No step made it better: the layer in the pack is the untrained one. Train on more text, or with another --rate.\n';

/** Shows one training. */
export class TrainingView {
  readonly #context: Pick<PackCommandContext, 'write' | 'stderr'>;
  readonly #startedAt = performance.now();
  #lastAt = performance.now();
  /** Milliseconds of an example or a step, the newest counting most; null before the first. */
  #meanMs: number | null = null;
  #phase: TrainPackProgress['type'] = 'features';

  constructor(context: Pick<PackCommandContext, 'write' | 'stderr'>) {
    this.#context = context;
  }

  show(progress: TrainPackProgress): void {
    const elapsedMs = this.#elapsed(progress.type);
    switch (progress.type) {
      case 'features':
        this.#features(progress);
        break;
      case 'step':
        this.#step(progress, elapsedMs);
        break;
      case 'evaluated':
        this.#evaluated(progress);
        break;
      case 'written':
        this.#written(progress.manifest);
        break;
      default:
        progress satisfies never;
    }
  }

  /** Says why nothing happens yet: a step over a large vocabulary takes a minute. */
  stopping(): void {
    this.#clear();
    this.#context.stderr.write('Stopping after what is being done; another signal ends it now.\n');
  }

  /** Says that the work was left, and where it is. */
  stopped(workFolder: string): void {
    this.#clear();
    this.#context.stderr.write(
      `Stopped; what was done is in ${workFolder}. Go on with --resume.\n`,
    );
  }

  #elapsed(phase: TrainPackProgress['type']): number {
    const now = performance.now();
    const elapsedMs = now - this.#lastAt;
    this.#lastAt = now;
    if (phase !== this.#phase && phase === 'step') this.#meanMs = null;
    if (phase === 'features' || phase === 'step') {
      this.#phase = phase;
      this.#meanMs ??= elapsedMs;
      this.#meanMs += (elapsedMs - this.#meanMs) * newestWeight;
    }
    return elapsedMs;
  }

  #features({ examples, total }: Shown<'features'>): void {
    this.#bar('features', { done: examples, total }, `${examples} of ${total} examples`);
  }

  #step({ step, stepCount, loss, rowCount }: Shown<'step'>, elapsedMs: number): void {
    const tokensPerSecond = (1000 * rowCount) / elapsedMs;
    const figures = `step ${step} of ${stepCount}, loss ${loss.toFixed(3)}, ${tokensPerSecond.toFixed(0)} tokens/s`;
    this.#bar('training', { done: step, total: stepCount }, figures);
  }

  #evaluated({ evaluation, isBest, step, stepCount }: Shown<'evaluated'>): void {
    this.#clear();
    const rates = evaluation.losses.map(
      ({ rate, loss }) => `${rate}: ${Math.exp(loss).toFixed(2)}`,
    );
    const mark = isBest ? ', best so far' : '';
    this.#context.write(
      `step ${step} of ${stepCount}: held-out perplexity ${rates.join('  ')}${mark}\n`,
    );
  }

  #written({ id, digest, provenance: { fusion } }: Manifest): void {
    this.#clear();
    const minutes = (performance.now() - this.#startedAt) / 60_000;
    const rows = (fusion?.trained ?? []).map(({ maskRate, perplexity }, index) => {
      const before = fusion?.untrained[index]?.perplexity ?? Number.NaN;
      return `  mask rate ${maskRate}: ${before.toFixed(2)} before, ${perplexity.toFixed(2)} after\n`;
    });
    this.#context.write(
      `Trained in ${minutes.toFixed(1)} minutes; held-out perplexity\n${rows.join('')}${id}\n  digest ${digest}\n`,
    );
    if (fusion?.bestStep === 0) this.#context.stderr.write(noBetterText);
  }

  #bar(
    label: string,
    { done, total }: { readonly done: number; readonly total: number },
    figures: string,
  ): void {
    const { stderr } = this.#context;
    if (!stderr.isTTY) return;
    const left = timeLeftText(((this.#meanMs ?? 0) * (total - done)) / 1000);
    stderr.write(`\r\u001B[2K${label} ${progressBar(done, total)} ${figures}, ${left} left`);
  }

  #clear(): void {
    if (this.#context.stderr.isTTY) this.#context.stderr.write('\r\u001B[2K');
  }
}
