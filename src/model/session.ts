/**
 * ONNX Runtime sessions of one opened pack: opened with the same settings, each one pass at a time, closed together.
 *
 * Knows threads and devices; knows no model.
 */
import assert from 'node:assert/strict';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { InfillError } from '../errors.ts';
import type { Device } from './devices.ts';
import { messageOf, type OnnxRuntime } from './onnx-runtime.ts';

/** How sessions run. */
export type SessionSettings = {
  readonly device: Device;
  /** Threads of one pass, the calling one included; ≥ 1. */
  readonly threads: number;
  /** Whether buffers of a pass are kept for the next one, which is faster and holds more memory; true when absent. */
  readonly keepsBuffers?: boolean;
};

/** Outputs of one pass by name. */
type Outputs = InferenceSession.ReturnType;

/** One graph, ready to run. */
class Session {
  readonly #session: InferenceSession;
  /** Ends, whatever came of it, when the last pass asked for has. */
  #lastPass: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | null = null;

  constructor(session: InferenceSession) {
    this.#session = session;
  }

  /**
   * Runs one pass, after those asked for before it; the thread is blocked while it lasts.
   *
   * A pass after `close` is a caller's defect.
   */
  async run(feeds: Readonly<Record<string, Tensor>>): Promise<Outputs> {
    assert(this.#closing === null, 'A pass was asked of a closed session.');
    const pass = this.#lastPass.then(() => this.#session.run(feeds));
    this.#lastPass = pass.catch(() => undefined);
    return pass;
  }

  /** Frees the graph once the passes that were asked for have ended. */
  close(): Promise<void> {
    this.#closing ??= this.#release();
    return this.#closing;
  }

  async #release(): Promise<void> {
    // A pass that has been asked for would meet a graph that is gone.
    await this.#lastPass;
    await this.#session.release();
  }
}

/** Opens sessions that share settings, and closes them together. */
export class SessionGroup {
  readonly runtime: OnnxRuntime;
  readonly #settings: SessionSettings;
  readonly #sessions: Session[] = [];

  constructor(runtime: OnnxRuntime, settings: SessionSettings) {
    this.runtime = runtime;
    this.#settings = settings;
  }

  /**
   * Opens the graph at a path, whose external data lies beside it, or one that is held in memory.
   *
   * @throws InfillError INVALID_PACK - ONNX Runtime refuses the graph.
   */
  async open(graph: string | Uint8Array): Promise<Session> {
    const session = new Session(await this.#create(graph));
    this.#sessions.push(session);
    return session;
  }

  /** Closes every session. */
  async close(): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.close()));
  }

  async #create(graph: string | Uint8Array): Promise<InferenceSession> {
    const { InferenceSession: Sessions } = this.runtime;
    const options = sessionOptions(this.#settings);
    try {
      return typeof graph === 'string'
        ? await Sessions.create(graph, options)
        : await Sessions.create(graph, options);
    } catch (cause) {
      const name = typeof graph === 'string' ? graph : 'a graph';
      throw openError(name, this.#settings.device, cause);
    }
  }
}

/** Returns the float32 values of an output; invariant: the graph has it, as `pack-description.ts` says. */
export function float32Output(outputs: Outputs, name: string): Float32Array {
  const values = outputs[name]?.data;
  assert(values instanceof Float32Array, `The graph gave no float32 output "${name}".`);
  return values;
}

function openError(path: string, device: Device, cause: unknown): InfillError {
  const message = `ONNX Runtime cannot open ${path} on ${device}: ${messageOf(cause)}.`;
  return new InfillError('INVALID_PACK', message, { cause });
}

function sessionOptions({
  device,
  threads,
  keepsBuffers = true,
}: SessionSettings): InferenceSession.SessionOptions {
  return {
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    enableCpuMemArena: keepsBuffers,
    enableMemPattern: keepsBuffers,
    // A pool's threads spin for milliseconds by default. A pack has up to four pools, which then burn the cores that the
    // next pass needs: spinning this briefly halved the time of a decode step (`bench/model-step.ts`).
    extra: { session: { intra_op: { spin_duration_us: '50' } } },
  };
}
