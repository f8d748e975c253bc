/**
 * Keeps decoders of plugins apart: each has workers and queues of its own, one per pack, started when first needed.
 *
 * Knows which decoder goes where; a dispatcher per worker does the rest.
 */
import assert from 'node:assert/strict';
import type {
  InfillRequest,
  Preparable,
  PreparedInfill,
  ScoreRequest,
} from '../decoding/infill-request.ts';
import type { Priority } from '../decoding/precedence.ts';
import type { ScoredFill } from '../decoding/run-event.ts';
import { errorFamilies, InfillError, type Problem, problemsError } from '../errors.ts';
import type { ModelRole } from '../model/models.ts';
import type { Dispatcher, PackState, ServedPack, Ticket, TokenizedText } from './dispatcher.ts';

/** A decoder of a plugin. */
export type PluginDecoder = {
  readonly decoderName: string;
  readonly roles: readonly ModelRole[];
  /** URL of the module that exports it. */
  readonly module: string;
  /** What it was configured as. */
  readonly specifier: string;
};

export type IsolatingOptions = {
  /** Runs the built-in decoders. */
  readonly builtIn: Dispatcher;
  readonly builtInNames: readonly string[];
  readonly plugins: readonly PluginDecoder[];
  /** Makes a dispatcher for one decoder on one pack. */
  readonly launch: (pack: ServedPack, plugin: PluginDecoder) => Dispatcher;
};

/** One dispatcher over that of the built-in decoders and one per plugin decoder and pack in use. */
export class IsolatingDispatcher implements Dispatcher {
  readonly packs: readonly ServedPack[];
  readonly #options: IsolatingOptions;
  /** By decoder and pack. */
  readonly #launched = new Map<string, Dispatcher>();
  #isDraining: boolean = false;

  constructor(options: IsolatingOptions) {
    this.#options = options;
    this.packs = options.builtIn.packs.map((pack) => withPlugins(pack, options.plugins));
  }

  /** Of the built-in decoders: a plugin cannot make a pack unready. */
  stateOf(packId: string): PackState {
    return this.#options.builtIn.stateOf(packId);
  }

  holdBatchWork(): () => void {
    const holds = this.#all().map((dispatcher) => dispatcher.holdBatchWork());
    return () => {
      for (const letGo of holds) letGo();
    };
  }

  async prepare(packId: string, request: Preparable): Promise<PreparedInfill> {
    const { name } = ('fill' in request ? request.request : request).decoder;
    const problem = this.#decoderProblem(packId, name);
    if (problem !== null) return this.#prepareWithout(packId, request, problem);
    return this.#dispatcherOf(packId, name)
      .prepare(packId, request)
      .catch((error: unknown) => this.#refuse(error, name));
  }

  /** Has the rest of a request checked by a worker that does not know its decoder. @throws always; all problems at once */
  #prepareWithout(packId: string, request: Preparable, problem: Problem): Promise<PreparedInfill> {
    return this.#options.builtIn.prepare(packId, request).catch((error: unknown) => {
      if (!(error instanceof InfillError)) throw error;
      const [first = problem, ...others] = error.problems.map((found) =>
        found.code === 'UNKNOWN_DECODER' ? problem : found,
      );
      throw error.problems.length === 0 ? error : problemsError([first, ...others]);
    });
  }

  tokenize(packId: string, text: string): Promise<TokenizedText> {
    return this.#options.builtIn.tokenize(packId, text);
  }

  async score(
    packId: string,
    score: ScoreRequest,
    signal: AbortSignal,
    priority?: Priority,
  ): Promise<ScoredFill> {
    const dispatcher = this.#dispatcherOf(packId, score.request.decoder.name);
    return dispatcher.score(packId, score, signal, priority);
  }

  admit(packId: string, runId: string, request: InfillRequest, priority?: Priority): Ticket {
    const dispatcher = this.#dispatcherOf(packId, request.decoder.name);
    return dispatcher.admit(packId, runId, request, priority);
  }

  cancel(runId: string): void {
    for (const dispatcher of this.#all()) dispatcher.cancel(runId);
  }

  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true;
    await Promise.all(this.#all().map((dispatcher) => dispatcher.drain(graceMs)));
  }

  async close(): Promise<void> {
    this.#isDraining = true;
    await Promise.all(this.#all().map((dispatcher) => dispatcher.close()));
  }

  #all(): Dispatcher[] {
    return [this.#options.builtIn, ...this.#launched.values()];
  }

  #dispatcherOf(packId: string, decoderName: string): Dispatcher {
    const { builtIn, builtInNames, plugins, launch } = this.#options;
    const plugin = plugins.find((other) => other.decoderName === decoderName);
    const pack = this.packs.find(({ id }) => id === packId);
    // An unknown pack has an error of its own.
    if (pack === undefined || builtInNames.includes(decoderName)) return builtIn;
    const problem = this.#decoderProblem(packId, decoderName);
    if (problem !== null) throw problemsError([problem]);
    assert(plugin !== undefined, 'A decoder without problems is known.');
    const key = `${decoderName} ${packId}`;
    const dispatcher = this.#launched.get(key) ?? this.#launch(() => launch(pack, plugin));
    this.#launched.set(key, dispatcher);
    return dispatcher;
  }

  /** Why no decoder of that name runs on the pack; null where there is nothing to say. */
  #decoderProblem(packId: string, decoderName: string): Problem | null {
    const { builtInNames, plugins } = this.#options;
    const plugin = plugins.find((other) => other.decoderName === decoderName);
    const pack = this.packs.find(({ id }) => id === packId);
    if (pack === undefined || builtInNames.includes(decoderName)) return null;
    if (plugin !== undefined) return roleProblem(plugin, pack);
    const known = [...builtInNames, ...plugins.map((other) => other.decoderName)];
    const value = decoderName.length > 100 ? `${decoderName.slice(0, 100)}…` : decoderName;
    const message = `There is no decoder "${value}"; there are: ${known.join(', ')}.`;
    const path = ['decoder', 'plugin', 'name'];
    return { path, code: 'UNKNOWN_DECODER', message, value, limit: null };
  }

  #launch(launch: () => Dispatcher): Dispatcher {
    if (!this.#isDraining) return launch();
    const message = 'The server is stopping and starts no decoder.';
    throw new InfillError('SHUTTING_DOWN', message, { retryAfterMs: 5000 });
  }

  /**
   * A plugin that fails at the check of a request is told to the one who made it, by name: the server itself is not at
   * fault. Scores and runs tell such failures as they tell those of built-in decoders.
   *
   * @throws always
   */
  #refuse(error: unknown, decoderName: string): never {
    const isPlugin = this.#options.plugins.some((plugin) => plugin.decoderName === decoderName);
    if (!isPlugin || !(error instanceof InfillError) || errorFamilies[error.code] !== 'internal') {
      throw error;
    }
    throw new InfillError('UNSUPPORTED', error.message, { cause: error });
  }
}

function withPlugins(pack: ServedPack, plugins: readonly PluginDecoder[]): ServedPack {
  const supported = plugins.filter((plugin) => missingRoles(plugin, pack).length === 0);
  const names = supported.map(({ decoderName }) => decoderName);
  return { ...pack, decoderNames: [...pack.decoderNames, ...names] };
}

function roleProblem(plugin: PluginDecoder, pack: ServedPack): Problem | null {
  const missing = missingRoles(plugin, pack);
  if (missing.length === 0) return null;
  const { decoderName: value } = plugin;
  const message = `Decoder "${value}" needs roles that pack "${pack.id}" lacks: ${missing.join(', ')}.`;
  return { path: ['decoder'], code: 'UNSUPPORTED', message, value, limit: null };
}

function missingRoles({ roles }: PluginDecoder, pack: ServedPack): ModelRole[] {
  return roles.filter((role) => !pack.roles.some((served) => served.role === role));
}
