/**
 * What a causal decode step (one id, then its logits) costs under other session options than the project's own.
 *
 * Variants take turns in one process, so that what disturbs one disturbs all; each figure is the median of its rounds, and
 * the ratio is to the first variant. Wall time alone, beside a process that uses half a core, and with pauses of 5 ms
 * between steps, where CPU time shows threads that spin while nothing is asked of them.
 *
 *   npx tsx bench/model-step.ts [--pack DIR] [--rounds N]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { InferenceSession } from 'onnxruntime-node';
import { causalModel } from '../src/model/causal-model.ts';
import type { CausalModel, KvCache } from '../src/model/models.ts';
import { loadOnnxRuntime } from '../src/model/onnx-runtime.ts';
import type { CausalDescription } from '../src/model/pack-description.ts';
import { SessionGroup } from '../src/model/session.ts';
import { loadPackDescription } from '../src/packs/load-pack.ts';

type Variant = { readonly name: string; readonly options: InferenceSession.SessionOptions };

function spinning(session: object): InferenceSession.SessionOptions {
  return { extra: { session } };
}

const variants: readonly Variant[] = [
  { name: 'as the project, 2 threads', options: {} },
  { name: '1 thread', options: { intraOpNumThreads: 1 } },
  { name: 'spinning as by default', options: spinning({}) },
  { name: 'no spinning', options: spinning({ intra_op: { allow_spinning: '0' } }) },
  { name: 'spinning stops after a run', options: spinning({ force_spinning_stop: '1' }) },
  { name: 'spinning for 20 µs', options: spinning({ intra_op: { spin_duration_us: '20' } }) },
  { name: 'spinning for 200 µs', options: spinning({ intra_op: { spin_duration_us: '200' } }) },
  { name: 'parallel execution', options: { executionMode: 'parallel' } },
  { name: 'no memory arena', options: { enableCpuMemArena: false } },
  { name: 'no memory pattern', options: { enableMemPattern: false } },
];

const prefillLength = 60;
const stepsPerRound = 12;

type Candidate = Variant & { readonly model: CausalModel; readonly cache: KvCache };
type Measure = { readonly wallMs: number[]; readonly cpuMs: number[] };

const { values } = parseArgs({
  options: {
    pack: { type: 'string', default: resolve(import.meta.dirname, '../models/bundled') },
    rounds: { type: 'string', default: '9' },
  },
});

const candidates = await openAll(await causalDescription(values.pack));
const rounds = Number(values.rounds);
await report('alone', rounds, 0);
await report('alone, pauses of 5 ms', rounds, 5);
const neighbour = spawn(process.execPath, ['-e', halfACore()]);
await once(neighbour, 'spawn');
await report('beside a process that uses half a core', rounds, 0);
neighbour.kill();

async function causalDescription(folder: string): Promise<CausalDescription> {
  const { description } = await loadPackDescription(folder);
  if (description.causal === null) {
    throw new Error(`${folder} has no causal role.`);
  }
  return description.causal;
}

async function openAll(description: CausalDescription): Promise<Candidate[]> {
  const runtime = await loadOnnxRuntime();
  const opened: Candidate[] = [];
  for (const variant of variants) {
    const create = (path: string, options: InferenceSession.SessionOptions) =>
      runtime.InferenceSession.create(path, { ...options, ...variant.options });
    const group = new SessionGroup(
      { ...runtime, InferenceSession: { create } as typeof runtime.InferenceSession },
      { device: 'cpu', threads: 2 },
    );
    const model = await causalModel(group, description);
    const cache = model.createCache();
    await model.forward(
      Array.from({ length: prefillLength }, (_, i) => i + 4),
      cache,
    );
    opened.push({ ...variant, model, cache });
  }
  return opened;
}

async function report(title: string, roundCount: number, pauseMs: number): Promise<void> {
  const measures = candidates.map((): Measure => ({ wallMs: [], cpuMs: [] }));
  for (let round = 0; round < roundCount; round++) {
    for (const [index, candidate] of candidates.entries()) {
      await measureRound(candidate, pauseMs, measures[index]);
    }
  }
  process.stdout.write(`\n${title}\n${'ms/step'.padStart(38)}  ratio  CPU ms  steps/s\n`);
  const baseline = median(measures[0]?.wallMs ?? []);
  for (const [index, { name }] of candidates.entries()) {
    const wallMs = median(measures[index]?.wallMs ?? []);
    const cpuMs = median(measures[index]?.cpuMs ?? []);
    const columns = [
      name.padEnd(30),
      wallMs.toFixed(2).padStart(8),
      (wallMs / baseline).toFixed(2).padStart(6),
      cpuMs.toFixed(2).padStart(7),
      (1000 / wallMs).toFixed(0).padStart(8),
    ];
    process.stdout.write(`${columns.join(' ')}\n`);
  }
}

async function measureRound(
  { model, cache }: Candidate,
  pauseMs: number,
  measure: Measure | undefined,
): Promise<void> {
  cache.rewind(prefillLength);
  const before = process.cpuUsage();
  let wallMs = 0;
  for (let step = 0; step < stepsPerRound; step++) {
    const start = performance.now();
    await model.logits(await model.forward([step + 4], cache));
    wallMs += performance.now() - start;
    if (pauseMs > 0) {
      await sleep(pauseMs);
    }
  }
  const { user, system } = process.cpuUsage(before);
  measure?.wallMs.push(wallMs / stepsPerRound);
  measure?.cpuMs.push((user + system) / 1000 / stepsPerRound);
}

function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b).at(Math.floor(samples.length / 2)) ?? Number.NaN;
}

/** Source of a program that is busy for 5 ms and asleep for 5 ms, in turn. */
function halfACore(): string {
  return `
    const nap = new Int32Array(new SharedArrayBuffer(4));
    for (;;) {
      const end = performance.now() + 5;
      while (performance.now() < end);
      Atomics.wait(nap, 0, 0, 5);
    }`;
}
