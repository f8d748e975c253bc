/**
 * What storing a run costs on the embedded database, which computes on the main thread: the time of each call and the
 * longest time that the event loop stood still during it. Beside it, the same log as one row per event.
 *
 * The shapes take turns in one process; figures are medians of the rounds, and the largest.
 *
 *   npx tsx bench/finish-run.ts [--rounds N]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'drizzle-orm';
import type { CommittedToken, Outcome, RunEvent } from '../src/decoding/run-event.ts';
import type { Database } from '../src/store/database.ts';
import { openStore } from '../src/store/open-store.ts';
import { finishRun, insertRun, type NewRun, type RunEnd, readEvents } from '../src/store/runs.ts';
import { uuidV7 } from '../src/store/uuid-v7.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });
const rounds = Number(values.rounds);
const folder = mkdtempSync(join(tmpdir(), 'lacuna-bench-'));

type Measured = { readonly ms: number; readonly stillMs: number };

/** Runs `work` while a loop of immediates notes the longest gap between two of them. */
async function measure(work: () => Promise<unknown>): Promise<Measured> {
  let isOver = false;
  let last = performance.now();
  let stillMs = 0;
  const tick = () => {
    const now = performance.now();
    stillMs = Math.max(stillMs, now - last);
    last = now;
    if (!isOver) setImmediate(tick);
  };
  setImmediate(tick);
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  await new Promise((resolve) => setImmediate(resolve));
  isOver = true;
  return { ms, stillMs };
}

function tokenAt(position: number, alternativeCount: number): CommittedToken {
  const alternatives = Array.from({ length: alternativeCount }, (_, rank) => ({
    text: ` other${rank}`,
    logProb: -Math.random() * 9,
  }));
  const text = ` word${position}`;
  const logProb = -Math.random() * 7;
  return {
    slot: 0,
    index: position,
    position,
    id: 1000 + position,
    text,
    logProb,
    step: position,
    alternatives,
  };
}

function endOf(tokens: readonly CommittedToken[]): RunEnd {
  const commits = tokens.map((token, index): RunEvent => {
    const slots = [{ index: 0, key: null, text: 'x'.repeat((index % 32) * 5), complete: false }];
    return { seq: index + 1, at: Date.now(), type: 'committed', tokens: [token], slots };
  });
  const text = tokens.map((token) => token.text).join('');
  const count = tokens.length;
  const outcome: Outcome = {
    promptTokens: tokens.map(() => null),
    text,
    slots: [{ index: 0, key: null, text, tokens }],
    segments: [{ text, start: 0, end: text.length, slot: 0 }],
    likelihood: { kind: 'CHAIN_RULE', logProb: -1 },
    count: 1,
    others: [],
    candidateOrder: 'LIKELIHOOD',
    usage: {
      knownTokens: 0,
      openTokens: count,
      committedTokens: count,
      causalPasses: count,
      maskedPasses: 1,
    },
    timing: { queueMs: 0, firstTokenMs: 1, totalMs: 2, tokensPerSecond: 3 },
  };
  const events: RunEvent[] = [
    { seq: 0, at: Date.now(), type: 'queued', position: 0 },
    ...commits,
    { seq: count + 1, at: Date.now(), type: 'completed' },
  ];
  return {
    status: 'COMPLETED',
    finishedAt: new Date(),
    outcome,
    cancelReason: null,
    error: null,
    events,
  };
}

function newRun(): NewRun {
  return {
    id: uuidV7(Date.now()),
    owner: 'local',
    storePolicy: 'FULL',
    createdAt: new Date(),
    source: { text: '[MASK]' },
    decoderName: 'maria',
    packId: 'bench',
    modelDigest: '',
    settings: [],
    seed: 0n,
    promptTokens: [null],
    labels: [],
    idempotencyKey: null,
    inputDigest: null,
  };
}

/** The log as one row per event, inserted in one transaction of single-row statements. */
function insertRows(database: Database, id: string, events: readonly RunEvent[]): Promise<void> {
  return database.transaction(async (transaction) => {
    for (const event of events) {
      await transaction.execute(
        sql`insert into event_rows values (${id}, ${event.seq}, ${JSON.stringify(event)})`,
      );
    }
  });
}

function print(what: string, measured: readonly Measured[]): void {
  const of = (key: keyof Measured) => measured.map((one) => one[key]).toSorted((a, b) => a - b);
  const median = (sorted: number[]) => sorted[sorted.length >> 1]?.toFixed(1);
  const largest = of('stillMs').at(-1)?.toFixed(1);
  process.stdout.write(
    `  ${what.padEnd(24)} ${median(of('ms'))} ms, still ${median(of('stillMs'))} ms (most ${largest})\n`,
  );
}

const store = await openStore({ dataDir: folder, serverUrl: null, now: Date.now });
const { database } = store;
await database.execute(
  sql`create table event_rows (run uuid, seq int, event json, primary key (run, seq))`,
);
for (const [count, alternativeCount] of [
  [20, 0],
  [500, 0],
  [500, 20],
  [2000, 20],
] as const) {
  const end = endOf(
    Array.from({ length: count }, (_, position) => tokenAt(position, alternativeCount)),
  );
  const kilobytes = Math.round(JSON.stringify(end.events).length / 1024);
  const figures = {
    insertRun: [],
    finishRun: [],
    readEvents: [],
    'one row per event': [],
  } as Record<string, Measured[]>;
  for (let round = 0; round <= rounds; round++) {
    const run = newRun();
    const work: Record<string, () => Promise<unknown>> = {
      insertRun: () => insertRun(database, run),
      finishRun: () => finishRun(database, run.id, end),
      readEvents: () => readEvents(database, run.id, null),
      'one row per event': () => insertRows(database, run.id, end.events),
    };
    for (const [name, step] of Object.entries(work)) {
      const measured = await measure(step);
      // The first round warms up.
      if (round > 0) figures[name]?.push(measured);
    }
  }
  process.stdout.write(
    `${count} events, ${alternativeCount} alternatives, ${kilobytes} KiB of events\n`,
  );
  for (const [name, measured] of Object.entries(figures)) print(name, measured);
}
await store.close();
rmSync(folder, { recursive: true });
