/**
 * Time and memory of a training step of a fusion, on random features: of one as large as OLMo-7B and ModernBERT-large would
 * have, unless other sizes are given.
 *
 *   npx tsx bench/train-step.ts [--rows N] [--width N] [--batch N] [--block N] [--steps N]
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { freshParameters } from '../src/packs/train/fusion-parameters.ts';
import { FusionStep } from '../src/packs/train/fusion-step.ts';
import { machineState, spread } from './figures.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '50368' },
    width: { type: 'string', default: '3072' },
    batch: { type: 'string', default: '4096' },
    block: { type: 'string', default: '4096' },
    steps: { type: 'string', default: '5' },
  },
});
const rowCount = Number(values.rows);
const width = Number(values.width);
const batch = Number(values.batch);
const blockRows = Number(values.block);

/** Numbers of a generator that is as good as this needs, without a list of them beside. */
function fill(target: Float32Array, scale: number): Float32Array {
  let state = 1;
  for (let i = 0; i < target.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    target[i] = (state / 2 ** 31) * scale;
  }
  return target;
}

const layer = {
  weight: fill(new Float32Array(rowCount * width), 0.02),
  bias: new Float32Array(rowCount),
};
const parameters = freshParameters(layer);
const features = fill(new Float32Array(batch * width), 1);
const targets = Int32Array.from({ length: batch }, (_, row) => (row * 7919) % rowCount);
const step = await FusionStep.open({ blockRows, threads: availableParallelism() });
const seconds: number[] = [];
/** Of all threads, which other work on the machine disturbs less. */
const processorSeconds: number[] = [];
const losses: string[] = [];
for (let index = 0; index < Number(values.steps); index++) {
  const [start, startUsage] = [performance.now(), process.cpuUsage()];
  const loss = await step.take(
    parameters,
    { features, targets },
    { rate: 1e-3, weightDecay: 0.01 },
  );
  losses.push(loss.toFixed(2));
  seconds.push((performance.now() - start) / 1000);
  const { user, system } = process.cpuUsage(startUsage);
  processorSeconds.push((user + system) / 1e6);
}
await step.close();

const kept = 3 * (layer.weight.byteLength + layer.bias.byteLength);
const peak = peakBytes();
write(`${machineState()}; ${rowCount} × ${width}, ${batch} positions, blocks of ${blockRows} rows`);
write(`seconds per step ${spread(seconds, 1)}, of processor time ${spread(processorSeconds, 1)}`);
write(`loss ${losses.join(', ')}`);
write(
  `weights and moments ${mebibytes(kept)} MiB; peak ${mebibytes(peak)} MiB, ${mebibytes(peak - kept)} above`,
);

/** The most that this process has had in memory. Linux only. */
function peakBytes(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
