/**
 * A fake service with one live run, whose events are in a real run log and come when a test says so.
 */
import assert from 'node:assert/strict';
import { encodeId } from '../../schema/global-id.ts';
import type { SlotUpdate } from '../../src/decoding/run-event.ts';
import { type RunEntry, RunLog } from '../../src/dispatch/run-log.ts';
import { type Infill, type InfillEvent, localViewer } from '../../src/service/service.ts';
import { FakeService } from './fake-service.ts';

/** Its run is queued and started; `infillEvents` follows it. */
export class LoggedService extends FakeService {
  readonly runLog: RunLog;
  readonly #run: Infill;
  /** Events given to subscribers. */
  given = 0;

  private constructor(run: Infill, maxLag: number) {
    super();
    this.#run = run;
    this.runs.push({ ...run, status: 'COMPLETED' });
    this.runLog = new RunLog({ now: () => 1000, maxLag });
    this.runLog.open(run.id);
    this.append({ type: 'queued', position: 0 }, { type: 'started' });
  }

  /** @param maxLag - as of the run log. */
  static async start({ maxLag = 256 } = {}): Promise<LoggedService> {
    const source = { text: '[MASK]' };
    const run = await new FakeService().submitInfill(
      { source, alternatives: 0, samples: 1, lengthSearch: 'CAL', store: 'FULL' },
      localViewer,
    );
    return new LoggedService(run, maxLag);
  }

  /** The run's, as clients name it. */
  get infillId(): string {
    return encodeId('Infill', this.#run.id);
  }

  append(...entries: readonly RunEntry[]): void {
    for (const entry of entries) this.runLog.append(this.#run.id, entry);
  }

  override async *infillEvents(
    ...[id, after, , signal]: Parameters<FakeService['infillEvents']>
  ): AsyncGenerator<InfillEvent> {
    assert.equal(id, this.#run.id);
    this.openStreams += 1;
    try {
      for await (const event of this.runLog.tail(id, after, signal)) {
        this.given += 1;
        yield { infillId: id, ...event };
      }
    } finally {
      this.openStreams -= 1;
    }
  }
}

/** An entry that gives the first slot a text. */
export function committed(text: string): RunEntry {
  const slot: SlotUpdate = { index: 0, key: null, text, complete: false };
  return { type: 'committed', tokens: [], slots: [slot] };
}
