/**
 * Decoding on this machine: a child process per pack, and one per pack for each decoder of a plugin in use.
 *
 * Knows how workers are started and with which limits; knows no run.
 */
import { InfillError } from '../errors.ts';
import type { Device, Dispatcher, ServedPack } from './dispatcher.ts';
import { IsolatingDispatcher, type PluginDecoder } from './isolating-dispatcher.ts';
import type { QueueLimits } from './run-queue.ts';
import { WorkerDispatcher } from './worker-dispatcher.ts';
import { unopened, type WorkerNotice, WorkerProcess, type WorkerTiming } from './worker-process.ts';

/** What a dispatcher holds at once, over all its packs. */
export type DispatchLimits = QueueLimits & {
  /** Most bytes of caches and hidden states in one worker, estimated. */
  readonly maxBytes: number;
};

/** What a decoder of a plugin may take. Milliseconds. */
export type PluginTiming = {
  /** A worker that says nothing for this long, in the middle of a job, is killed. */
  readonly hangMs: number;
  /** To begin runs or to step them. */
  readonly stepTimeoutMs: number;
  readonly scoreTimeoutMs: number;
};

/** The registered decoders of a process. */
export type DispatchedDecoders = {
  readonly builtIn: readonly string[];
  readonly plugins: readonly PluginDecoder[];
};

export type LocalDispatcherOptions = {
  /** Absolute path of the worker's JavaScript file, `dist/src/worker.js` of the package. */
  readonly workerPath: string;
  /** Absolute folders; the first is the default pack. At least one. */
  readonly packs: readonly { readonly folder: string }[];
  readonly device: Device;
  /** Threads of a model pass; null leaves the choice to the model layer. */
  readonly threads: number | null;
  readonly limits: DispatchLimits;
  /** What is absent suits models whose passes take less than a minute. */
  readonly timing?: Partial<WorkerTiming>;
  /** The built-in decoders only, when absent. */
  readonly decoders?: DispatchedDecoders;
  readonly pluginTiming?: Partial<PluginTiming>;
  /** Told when a worker is ready or has failed. */
  readonly observe?: (notice: WorkerNotice) => void;
};

/** Milliseconds. */
const defaultTiming: WorkerTiming = {
  openTimeoutMs: 300_000,
  answerTimeoutMs: 30_000,
  pingMs: 1000,
  hangMs: 60_000,
  closeTimeoutMs: 5000,
  firstRestartMs: 500,
  maxRestartMs: 30_000,
  healthyMs: 60_000,
};

/** Milliseconds; a plugin is given less time, since what hangs there is not the hardware. */
const defaultPluginTiming: PluginTiming = {
  hangMs: 30_000,
  stepTimeoutMs: 30_000,
  scoreTimeoutMs: 300_000,
};

/**
 * Starts one worker per pack and waits until all packs are open. Workers of plugins start when they are first needed.
 *
 * @throws what a worker could not open its pack for; INVALID_CONFIG when two packs have one id. No worker is left then.
 */
export async function openLocalDispatcher(options: LocalDispatcherOptions): Promise<Dispatcher> {
  const dispatcher = newDispatcher(options);
  const starts = await Promise.allSettled(
    options.packs.map(({ folder }) =>
      WorkerProcess.start(workerOptions(options, folder, dispatcher)),
    ),
  );
  const workers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failure = starts.find((start) => start.status === 'rejected')?.reason ?? sameIds(workers);
  if (failure !== null) {
    await Promise.all(workers.map((worker) => worker.close()));
    throw failure;
  }
  dispatcher.serve(workers);
  return isolating(dispatcher, options);
}

/** Every worker is there: packs and folders are in one order. */
function isolating(builtIn: WorkerDispatcher, options: LocalDispatcherOptions): Dispatcher {
  const { decoders, packs } = options;
  if (decoders === undefined) return builtIn;
  const folders = new Map(builtIn.packs.map(({ id }, index) => [id, packs[index]?.folder ?? '']));
  return new IsolatingDispatcher({
    builtIn,
    builtInNames: decoders.builtIn,
    plugins: decoders.plugins,
    launch: (pack, plugin) =>
      launchPlugin(options, plugin, { pack, folder: folders.get(pack.id) ?? '' }),
  });
}

function launchPlugin(
  options: LocalDispatcherOptions,
  { decoderName, module, specifier }: PluginDecoder,
  { pack, folder }: { readonly pack: ServedPack; readonly folder: string },
): Dispatcher {
  const dispatcher = newDispatcher(options);
  const { hangMs, ...limits } = { ...defaultPluginTiming, ...options.pluginTiming };
  const { open, timing, observe, ...rest } = workerOptions(options, folder, dispatcher);
  const launch = {
    ...rest,
    open: { ...open, plugin: { decoderName, module, specifier, ...limits } },
    timing: { ...timing, hangMs },
    observe(notice: WorkerNotice) {
      if (notice.type === 'failed' && !notice.wasReady)
        dispatcher.refuseWaiting(unopened(notice.error, launch.open));
      observe(notice);
    },
  };
  dispatcher.serve([WorkerProcess.launch(launch, pack)]);
  return dispatcher;
}

function newDispatcher({ limits, timing }: LocalDispatcherOptions): WorkerDispatcher {
  const { closeTimeoutMs } = { ...defaultTiming, ...timing };
  return new WorkerDispatcher({ ...limits, closeTimeoutMs });
}

function workerOptions(
  options: LocalDispatcherOptions,
  folder: string,
  dispatcher: WorkerDispatcher,
) {
  const { workerPath, device, threads, limits } = options;
  const { maxRunning, maxBytes } = limits;
  return {
    workerPath,
    open: { folder, device, threads, maxRunning, maxBytes, plugin: null },
    timing: { ...defaultTiming, ...options.timing },
    now: () => performance.now(),
    observe(notice: WorkerNotice) {
      dispatcher.resume();
      options.observe?.(notice);
    },
  };
}

function sameIds(workers: readonly WorkerProcess[]): InfillError | null {
  const ids = workers.map(({ pack }) => pack.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice === undefined) return null;
  return new InfillError('INVALID_CONFIG', `Two model packs have the id "${twice}".`);
}
