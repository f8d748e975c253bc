/**
 * Everything between the transport and the models, opened in order and closed in reverse.
 *
 * The server and a command line without a server both stand on it. Knows what there is; knows no HTTP.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from './config.ts';
import { builtInDecoders } from './decoders.ts';
import type { Dispatcher } from './dispatch/dispatcher.ts';
import { openLocalDispatcher } from './dispatch/local-dispatcher.ts';
import { RunLog } from './dispatch/run-log.ts';
import type { WorkerNotice } from './dispatch/worker-process.ts';
import { InfillError } from './errors.ts';
import { packageRoot } from './package-root.ts';
import { InfillService } from './service/infill-service.ts';
import type { Service } from './service/service.ts';
import { openStore, type Store } from './store/open-store.ts';
import { interruptUnfinished } from './store/runs.ts';
import { templateLimits } from './text/template.ts';

/** Entries a subscriber may fall behind before it gets a snapshot instead. */
const maxLag = 256;
/** Estimated bytes of caches and hidden states in one worker. */
const maxWorkerBytes = 2 ** 31;

/** What an application tells its owner of. */
export type ApplicationObserver = {
  readonly onWorker: (notice: WorkerNotice) => void;
  readonly onStoreFailure: (runId: string, cause: unknown) => void;
};

/** An open application. */
export type Application = {
  readonly service: Service;
  readonly store: Store;
  readonly dispatcher: Dispatcher;
  /** Refuses new runs and lets the admitted ones end, at most `graceMs`; then they are cancelled. All ends are stored. */
  drain(graceMs: number): Promise<void>;
  /** Ends the workers and closes the store; after `drain`. */
  close(): Promise<void>;
};

/**
 * Opens store and packs; runs that a dead process left behind are ended.
 *
 * @throws the startup family: DATA_DIR_IN_USE, STORE_VERSION, INVALID_PACK, DEVICE_UNAVAILABLE, INVALID_CONFIG
 */
export async function openApplication(
  config: Config,
  observer: ApplicationObserver,
): Promise<Application> {
  const now = () => Date.now();
  const packs = packFolders(config.modelsDir).map((folder) => ({ folder }));
  const store = await openStore({ dataDir: config.dataDir, serverUrl: null, now });
  let dispatcher: Dispatcher | null = null;
  try {
    await interruptUnfinished(store.database, new Date(now()));
    dispatcher = await openLocalDispatcher({
      workerPath: join(packageRoot(), 'dist/src/worker.js'),
      packs,
      device: config.device,
      threads: config.threads,
      limits: {
        maxQueued: config.maxQueuedRuns,
        maxRunning: config.maxRunningRuns,
        maxBytes: maxWorkerBytes,
      },
      observe: observer.onWorker,
    });
  } finally {
    if (dispatcher === null) await store.close();
  }
  const opened = dispatcher;
  const service = new InfillService({
    dispatcher: opened,
    runLog: new RunLog({ now, maxLag }),
    database: store.database,
    now,
    onStoreFailure: observer.onStoreFailure,
    decoders: builtInDecoders.descriptions,
    limits: {
      maxQueuedRuns: config.maxQueuedRuns,
      maxRequestCost: config.maxRequestCost,
      maxTextLength: templateLimits.length,
      maxLabels: 16,
      maxLabelLength: 64,
    },
    newSeed: () => randomBytes(8).readBigUInt64BE() >> 1n,
  });
  return {
    service,
    store,
    dispatcher: opened,
    async drain(graceMs) {
      await opened.drain(graceMs);
      await service.settled();
    },
    async close() {
      await opened.close();
      await store.close();
    },
  };
}

/** Folders that hold a pack, by name; the bundled one is found from the package, never from the working directory. */
function packFolders(modelsDir: string): string[] {
  const folder = resolve(modelsDir);
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const packs = names
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, 'pack.json')));
  if (packs.length === 0) {
    throw new InfillError(
      'INVALID_CONFIG',
      `MODELS_DIR is ${folder}; there is no folder with a pack.json in it.`,
    );
  }
  return packs;
}
