/**
 * A service over a scripted dispatcher, with small limits.
 */
import { builtInDecoders } from '../../../src/decoders.ts';
import { RunLog } from '../../../src/dispatch/run-log.ts';
import type { InfillError } from '../../../src/errors.ts';
import { InfillService } from '../../../src/service/infill-service.ts';
import { KeyIdentity } from '../../../src/service/key-identity.ts';
import type { RunNotice } from '../../../src/service/run-notice.ts';
import { type InfillInput, localViewer } from '../../../src/service/service.ts';
import type { Store } from '../../../src/store/open-store.ts';
import { ScriptedDispatcher } from '../../support/scripted-dispatcher.ts';
import { ManualClock } from './manual-clock.ts';
import { RecordingLedger } from './recording-ledger.ts';

/** Who asks. */
export const viewer = localViewer;

/** A signal that does not abort. */
export const never = new AbortController().signal;

/** A text with one mask, and nothing else asked for. */
export const input: InfillInput = {
  source: { text: 'The [MASK] sat.' },
  alternatives: 0,
  samples: 1,
  lengthSearch: 'CAL',
  store: 'FULL',
};

/** Makes a service, and what it is made of. */
export function setUp({ database }: Pick<Store, 'database'>) {
  const clock = new ManualClock();
  const dispatcher = new ScriptedDispatcher();
  const failures: string[] = [];
  const benchmarkFailures: { readonly id: string; readonly cause: unknown }[] = [];
  const notices: RunNotice[] = [];
  const ledger = new RecordingLedger();
  const gate = { check: (): void => undefined };
  const identity = new KeyIdentity({
    database,
    now: Date.now,
    machineSecret: null,
    isAllowedOrigin: () => true,
  });
  const options = {
    dispatcher,
    runLog: new RunLog({ now: clock.now, maxLag: 256 }),
    database,
    now: clock.now,
    schedule: clock.schedule,
    onStoreFailure: (runId: string) => void failures.push(runId),
    onBenchmarkFailure: (id: string, cause: unknown) => void benchmarkFailures.push({ id, cause }),
    observe: (notice: RunNotice) => void notices.push(notice),
    ledger,
    gate,
    identity,
    decoders: builtInDecoders.descriptions,
    limits: {
      maxQueuedRuns: 4,
      maxRequestCost: 100,
      maxTextLength: 1000,
      maxLabels: 2,
      maxLabelLength: 8,
    },
    newSeed: () => 42n,
  };
  return {
    clock,
    dispatcher,
    failures,
    benchmarkFailures,
    notices,
    ledger,
    gate,
    options,
    service: new InfillService(options),
  };
}

/** The code of what a promise rejects with. */
export function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'nothing thrown',
    (error: InfillError) => error.code,
  );
}
