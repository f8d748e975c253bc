/**
 * Reconnecting subscribers: whatever was cut and whenever, over either transport, they get each event once.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Follow, type Item, transports } from '../support/followers.ts';
import { committed, LoggedService } from '../support/logged-service.ts';
import { startTestServer, until } from '../support/test-server.ts';

/** Of the run: queued, started, these, and the last one. */
const commitCount = 8;
const lastSeq = commitCount + 2;

/** Appends the entry that follows `seq`. */
function appendAfter(service: LoggedService, seq: number): void {
  service.append(seq + 1 < lastSeq ? committed(`text ${seq + 1}`) : { type: 'completed' });
}

async function withRun<T>(work: (service: LoggedService, url: string) => Promise<T>): Promise<T> {
  const service = await LoggedService.start();
  const server = await startTestServer({}, { service });
  try {
    return await work(service, server.url);
  } finally {
    await server.close();
  }
}

/** All items of the run, for one who was never cut off. */
function wholeRun(follow: Follow): Promise<readonly Item[]> {
  return withRun(async (service, url) => {
    for (let seq = 1; seq < lastSeq; seq++) appendAfter(service, seq);
    const follower = await follow(url, service.infillId);
    await until(() => follower.isComplete());
    follower.socket.destroy();
    return follower.items().map(withoutId);
  });
}

function withoutId(item: Item): Item {
  const { infillId: _, infill: __, ...rest } = item as Item & Record<string, unknown>;
  return rest;
}

const [[, followFirst]] = transports;
const seqs = Array.from({ length: lastSeq }, (_, seq) => seq);

describe.each(transports)('a subscriber over %s', (_, follow) => {
  it.each(seqs)('misses nothing when it is cut off behind event %i', async (seq) => {
    const expected = await wholeRun(follow);
    const items = await withRun(async (service, url) => {
      const first = await follow(url, service.infillId);
      for (let last = 1; last < seq; last++) appendAfter(service, last);
      await until(() => first.items().length > seq);
      first.socket.destroy();
      const before = first.items().slice(0, seq + 1);
      // One event while nobody listens, the others live.
      const missed = Math.min(Math.max(seq, 1) + 1, lastSeq);
      appendAfter(service, missed - 1);
      const second = await follow(url, service.infillId, seq);
      await until(() => second.items().length > 0);
      for (let last = missed; last < lastSeq; last++) appendAfter(service, last);
      await until(() => second.isComplete());
      second.socket.destroy();
      return [...before, ...second.items()];
    });
    expect(items.map(withoutId)).toEqual(expected);
  });
});

/** A run whose events happen on demand, and one who follows it with interruptions. */
class Visits {
  readonly seen: Item[] = [];
  readonly #service: LoggedService;
  readonly #url: string;
  /** The last event that happened. */
  #last = 1;

  constructor(service: LoggedService, url: string) {
    this.#service = service;
    this.#url = url;
  }

  get #seq(): number | undefined {
    return this.seen.at(-1)?.seq;
  }

  /** Connects unless all is seen, lets events happen, and leaves: at once, or when it has heard of them all. */
  async visit(follow: Follow, events: number, waits: boolean): Promise<void> {
    if (this.#seq === lastSeq) return;
    const follower = await follow(this.#url, this.#service.infillId, this.#seq);
    for (let count = 0; count < events && this.#last < lastSeq; count++) {
      appendAfter(this.#service, this.#last);
      this.#last += 1;
    }
    const lastHeard = () => follower.items().at(-1)?.seq ?? this.#seq;
    if (waits) await until(() => lastHeard() === this.#last);
    follower.socket.destroy();
    this.seen.push(...follower.items());
  }
}

describe('a subscriber that changes its transport', () => {
  const step = fc.record({
    follow: fc.constantFrom(...transports.map(([, follow]) => follow)),
    events: fc.integer({ min: 0, max: 3 }),
    waits: fc.boolean(),
  });

  it('gets the same items, each once, however often it reconnects', async () => {
    const expected = await wholeRun(followFirst);
    const property = fc.asyncProperty(fc.array(step, { maxLength: 5 }), async (steps) => {
      const items = await withRun(async (service, url) => {
        const visits = new Visits(service, url);
        for (const { follow, events, waits } of steps) {
          await visits.visit(follow, events, waits);
        }
        await visits.visit(followFirst, lastSeq, true);
        return visits.seen;
      });
      expect(items.map(withoutId)).toEqual(expected);
    });
    await fc.assert(property, { numRuns: 40 });
  }, 60_000);
});
