/**
 * How long the server's main process leaves its event loop waiting while four clients follow a run each, one run after
 * the other, with every run stored.
 *
 *   npm run build && npx tsx bench/event-loop-lag.ts [--seconds N]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { makeDataDir, startServerProcess } from '../test/support/server-process.ts';
import { machineState, spread } from './figures.ts';
import { type Filling, fillThroughSubscription, longText } from './filling.ts';

/** Milliseconds; `samples` counts the timers that fired. */
type EventLoopReport = Readonly<Record<'p50' | 'p99' | 'max' | 'samples', number>>;

const clientCount = 4;
const openCount = 100;
/** For a signal to arrive, and the report to be written. */
const signalMs = 500;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '20' } } });
const temporary = mkdtempSync(join(tmpdir(), 'lacuna-event-loop-'));
const data = makeDataDir();
const file = join(temporary, 'report.json');
const preload = pathToFileURL(join(import.meta.dirname, 'event-loop-report.mjs')).href;
const server = await startServerProcess(data.path, {
  EVENT_LOOP_REPORT: file,
  NODE_OPTIONS: `--import ${preload}`,
});
try {
  await Promise.all(clients().map((client) => client(performance.now() + 2000)));
  server.child.kill('SIGUSR2');
  await sleep(signalMs);
  const rates = await Promise.all(
    clients().map((client) => client(performance.now() + 1000 * Number(values.seconds))),
  );
  server.child.kill('SIGUSR2');
  await sleep(signalMs);
  report(rates.flat(), JSON.parse(readFileSync(file, 'utf8')));
} finally {
  await server.stop();
  data.remove();
  rmSync(temporary, { recursive: true, force: true });
}

/** Each fills until a time is past; half of them with MARIA. */
function clients() {
  const decoders: readonly Filling['decoder'][] = ['maria', 'autoregressive'];
  return Array.from({ length: clientCount }, (_, client) => async (until: number) => {
    const rates: number[] = [];
    for (let run = 0; performance.now() < until; run++) {
      const { wholeRun } = await fillThroughSubscription(server.url, {
        text: longText(openCount),
        decoder: decoders[client % decoders.length] ?? 'maria',
        options: {},
        seed: BigInt(clientCount * run + client),
      });
      rates.push(wholeRun);
    }
    return rates;
  });
}

function report(rates: readonly number[], delay: EventLoopReport): void {
  const text = [
    machineState(),
    `${clientCount} clients at once, ${rates.length} runs of ${openCount} tokens, each ${spread(rates, 0)} tokens/s`,
    `event loop of the main process, ${delay.samples} samples: delay p50 ${delay.p50.toFixed(1)} ms, ` +
      `p99 ${delay.p99.toFixed(1)} ms, max ${delay.max.toFixed(1)} ms`,
  ];
  process.stdout.write(`${text.join('\n')}\n`);
}
