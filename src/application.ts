/**
 * Everything between the transport and the models, opened in order and closed in reverse.
 *
 * The server and a command line without a server both stand on it. Knows what there is; knows no HTTP.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { loadBundledDatasets } from './bundled-datasets.ts';
import type { Config } from './config.ts';
import { builtInDecoders } from './decoders.ts';
import type { Dispatcher } from './dispatch/dispatcher.ts';
import { type LocalDispatcherOptions, openLocalDispatcher } from './dispatch/local-dispatcher.ts';
import { RunLog } from './dispatch/run-log.ts';
import type { WorkerNotice } from './dispatch/worker-process.ts';
import { environmentOf } from './environment.ts';
import { describeExternalDecoders, type ExternalDecoder } from './external-decoders.ts';
import { figuresInThreads } from './figures-thread.ts';
import { importFolder } from './import-folder.ts';
import { packFolders } from './pack-folders.ts';
import { packageRoot } from './package-root.ts';
import { isAllowedOrigin } from './server/admission.ts';
import type { CostReceipts } from './service/cost-ledger.ts';
import type { Identity } from './service/identity.ts';
import { InfillService } from './service/infill-service.ts';
import { KeyIdentity } from './service/key-identity.ts';
import { KeyLedger } from './service/key-ledger.ts';
import type { RunNotice } from './service/run-notice.ts';
import { scheduleByClock } from './service/schedule.ts';
import type { Service } from './service/service.ts';
import { openStore, type Store } from './store/open-store.ts';
import { storeGate } from './store/store-gate.ts';
import { interruptUnfinished } from './store/unfinished-runs.ts';
import { templateLimits } from './text/template.ts';

/** Entries a subscriber may fall behind before it gets a snapshot instead. */
const maxLag = 256;
const sweepMs = 60_000;
/** Estimated bytes of caches and hidden states in one worker. */
const maxWorkerBytes = 2 ** 31;

/** What an application tells its owner of. */
export type ApplicationObserver = {
  readonly onWorker: (notice: WorkerNotice) => void;
  readonly onStoreFailure: (runId: string, cause: unknown) => void;
  /** A benchmark cannot go on, or its end cannot be stored. */
  readonly onBenchmarkFailure?: ((benchmarkId: string, cause: unknown) => void) | undefined;
  readonly onRun: (notice: RunNotice) => void;
  /** The database was lost, or is this process's own again. */
  readonly onHeld?: ((isHeld: boolean) => void) | undefined;
};

/** An open application. */
export type Application = {
  readonly service: Service;
  readonly identity: Identity;
  readonly ledger: CostReceipts;
  readonly store: Store;
  readonly dispatcher: Dispatcher;
  /**
   * Refuses new runs and lets the admitted ones end, at most `graceMs`; then they are cancelled, and end at the latest
   * with the workers. All ends are stored.
   */
  drain(graceMs: number): Promise<void>;
  /** Ends the workers where `drain` has not, and closes the store. */
  close(): Promise<void>;
};

/**
 * Opens store and packs; runs that a dead process left behind are ended.
 *
 * @param checkStore - throws where the application must not be opened over the store; then no pack has been opened yet.
 * @throws the startup family: DATA_DIR_IN_USE, STORE_VERSION, INVALID_PACK, DEVICE_UNAVAILABLE, INVALID_CONFIG,
 *   INVALID_PLUGIN, DUPLICATE_DECODER, DATABASE_IN_USE, DATABASE_UNAVAILABLE
 */
export async function openApplication(
  config: Config,
  observer: ApplicationObserver,
  checkStore?: (store: Store) => Promise<void>,
): Promise<Application> {
  const now = () => Date.now();
  const builtIn = builtInDecoders.descriptions;
  const external = await describeExternalDecoders(config.plugins, { builtIn });
  const dispatching = dispatcherOptions(config, external, observer);
  const storeOpening = openStoreWithoutLiveRuns(config, {
    now,
    checkStore,
    onHeld: observer.onHeld,
  });
  // Packs take long to open: whoever is refused need not wait for them.
  if (checkStore !== undefined) await storeOpening;
  const [store, dispatcher] = await openBoth(storeOpening, openLocalDispatcher(dispatching));
  await loadBundledDatasets(store.database, now());
  const identity = new KeyIdentity({
    database: store.database,
    now,
    machineSecret: store.machineSecret,
    isAllowedOrigin: (origin) => isAllowedOrigin(origin, config),
  });
  const ledger = new KeyLedger({ database: store.database, now });
  const service = new InfillService({
    dispatcher,
    runLog: new RunLog({ now, maxLag }),
    database: store.database,
    now,
    onStoreFailure: observer.onStoreFailure,
    onBenchmarkFailure: (id, cause) => observer.onBenchmarkFailure?.(id, cause),
    observe: observer.onRun,
    schedule: scheduleByClock,
    ledger,
    gate: storeGate(store, diskOf(config, now)),
    identity,
    decoders: [...builtIn, ...external.map(({ description }) => description)],
    limits: {
      maxQueuedRuns: config.maxQueuedRuns,
      maxRequestCost: config.maxRequestCost,
      maxTextLength: templateLimits.length,
      maxLabels: 16,
      maxLabelLength: 64,
    },
    newSeed: () => randomBytes(8).readBigUInt64BE() >> 1n,
    environment: environmentOf(config),
    figures: figuresInThreads(),
    ...(config.datasetsDir === null ? {} : { readImport: importFolder(config.datasetsDir) }),
  });
  const stopSweeping = sweep(service, store);
  return {
    service,
    identity,
    ledger,
    store,
    dispatcher,
    async drain(graceMs) {
      const draining = dispatcher.drain(graceMs);
      await Promise.all([draining, service.benchmarks.stop(draining)]);
      await dispatcher.close();
      await service.settled();
    },
    async close() {
      await dispatcher.close();
      stopSweeping();
      await store.close();
    },
  };
}

/** Ends abandoned runs every minute, while the database is this process's own. @returns what stops that */
function sweep(service: InfillService, store: Store): () => void {
  const work = () => (store.isHeld() ? service.endAbandoned() : null);
  const timer = setInterval(() => {
    // Of a database that cannot be reached the log tells by itself; the next minute is another try.
    Promise.resolve(work()).catch(() => undefined);
  }, sweepMs).unref();
  return () => clearInterval(timer);
}

/** The disk that fills up with runs; that of a database server is its own. */
function diskOf({ databaseUrl, dataDir, minFreeDiskMb }: Config, now: () => number) {
  return databaseUrl === null ? { folder: dataDir, minFreeMb: minFreeDiskMb, now } : null;
}

function dispatcherOptions(
  config: Config,
  external: readonly ExternalDecoder[],
  { onWorker }: ApplicationObserver,
): LocalDispatcherOptions {
  return {
    workerPath: join(packageRoot(), 'dist/src/worker.js'),
    packs: packFolders(config.modelsDir).map((folder) => ({ folder })),
    device: config.device,
    threads: config.threads,
    limits: {
      maxQueued: config.maxQueuedRuns,
      maxRunning: config.maxRunningRuns,
      maxBytes: maxWorkerBytes,
    },
    decoders: {
      builtIn: builtInDecoders.descriptions.map(({ name }) => name),
      plugins: external.map(dispatchedPlugin),
    },
    observe: onWorker,
  };
}

function dispatchedPlugin({ description, module, specifier }: ExternalDecoder) {
  return { decoderName: description.name, roles: description.roles, module, specifier };
}

type StoreOpening = Pick<ApplicationObserver, 'onHeld'> & {
  readonly now: () => number;
  readonly checkStore: ((store: Store) => Promise<void>) | undefined;
};

async function openStoreWithoutLiveRuns(
  { dataDir, databaseUrl }: Config,
  { now, checkStore, onHeld }: StoreOpening,
): Promise<Store> {
  const store = await openStore({ dataDir, databaseUrl, serverUrl: null, now, onHeld });
  try {
    await checkStore?.(store);
    await interruptUnfinished(store.database, new Date(now()));
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Waits for both, side by side; when one fails, the other is closed. */
async function openBoth(
  storeOpening: Promise<Store>,
  dispatcherOpening: Promise<Dispatcher>,
): Promise<readonly [Store, Dispatcher]> {
  const [store, dispatcher] = await Promise.allSettled([storeOpening, dispatcherOpening]);
  if (store.status === 'fulfilled' && dispatcher.status === 'fulfilled') {
    return [store.value, dispatcher.value];
  }
  if (store.status === 'fulfilled') await store.value.close();
  if (dispatcher.status === 'fulfilled') await dispatcher.value.close();
  throw store.status === 'rejected' ? store.reason : (dispatcher as PromiseRejectedResult).reason;
}
