/**
 * One child process that decodes, from its fork to its exit.
 *
 * Knows messages, time-outs and the ways a child can end; knows no restart and no queue.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import type { RunError } from '../decoding/run-event.ts';
import { InfillError } from '../errors.ts';
import { createDeferred } from './deferred.ts';
import type { ServedPack } from './dispatcher.ts';
import { ProgressStream } from './progress-stream.ts';
import {
  type Answer,
  type Ask,
  type FillJob,
  type FromWorker,
  fromErrorMessage,
  isFromWorker,
  type OpenRequest,
  type ToWorker,
  workerSubject,
} from './protocol.ts';
import { isTerminal } from './terminal.ts';

/** Milliseconds. */
export type ChannelTiming = {
  /** A worker that has not opened its pack by then is killed. */
  readonly openTimeoutMs: number;
  /** Between two pings while a job is pending. */
  readonly pingMs: number;
  /** A worker with a job that says nothing for this long is killed; longer than the longest model pass. */
  readonly hangMs: number;
  /** A worker that has not exited this long after `close` is killed. */
  readonly closeTimeoutMs: number;
};

/** How a worker is started. */
export type WorkerLaunch = {
  /** Absolute path of the JavaScript file that a child process runs. */
  readonly workerPath: string;
  readonly open: OpenRequest;
  readonly timing: ChannelTiming;
};

type PendingAsk = { settle(answer: Answer): void };

/** Every job given to a channel ends: with its worker's answer, or, when that is gone, with WORKER_FAILED. */
export class WorkerChannel {
  readonly #launch: WorkerLaunch;
  readonly #child: ChildProcess;
  readonly #opened = createDeferred<ServedPack | InfillError>();
  readonly #left = createDeferred<void>();
  readonly #ended = createDeferred<RunError>();
  readonly #asks = new Map<number, PendingAsk>();
  readonly #runs = new Map<string, ProgressStream>();
  #lastAskId = 0;
  #lastHoldId = 0;
  #pingTimer: NodeJS.Timeout | undefined;
  #killTimer: NodeJS.Timeout | undefined;
  /** Counted, not timed: a server process that is itself held up must not take its worker for hung. */
  #unansweredPings = 0;
  #isClosing: boolean = false;
  #endError: RunError | null = null;
  #killReason: string | null = null;

  constructor(launch: WorkerLaunch) {
    this.#launch = launch;
    // Standard output belongs to the command line: what a worker prints goes to standard error.
    this.#child = fork(launch.workerPath, [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    this.#child.on('message', (message) => {
      if (isFromWorker(message)) this.#receive(message);
    });
    this.#child.on('error', (error) => this.#end(`could not be run: ${error.message}`));
    this.#child.once('exit', (code, signal) => this.#exited(code, signal));
    this.#send({ type: 'open', ...launch.open });
    this.#killAfter(launch.timing.openTimeoutMs, 'did not open its pack');
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Settles with the pack once it can take jobs, or with the reason why it never will. */
  get opened(): Promise<ServedPack | InfillError> {
    return this.#opened.promise;
  }

  /** Settles when the worker takes no more jobs, because it is going to exit. */
  get left(): Promise<void> {
    return this.#left.promise;
  }

  /** Settles when the process is gone, with the error its runs ended with. */
  get ended(): Promise<RunError> {
    return this.#ended.promise;
  }

  /**
   * Sends a job and waits for its answer; ends early, with the job abandoned, when `signal` aborts.
   *
   * @throws what the worker refused it with; WORKER_FAILED when the worker ends first; CANCELLED.
   */
  async ask(ask: Ask, signal: AbortSignal): Promise<Answer> {
    const abandoned: RunError = { code: 'CANCELLED', message: 'The job was abandoned.' };
    // Not sent at all: a worker that comes back must not find what nobody waits for any more.
    if (signal.aborted) throw new InfillError(abandoned.code, abandoned.message);
    this.#lastAskId += 1;
    const id = this.#lastAskId;
    const answered = createDeferred<Answer>();
    const abandon = () => {
      this.#send({ type: 'abandon', id });
      // What kept it from an answer in time may keep it for good.
      this.#ping();
      answered.resolve(refusal(abandoned));
    };
    this.#asks.set(id, { settle: answered.resolve });
    if (this.#endError !== null) answered.resolve(refusal(this.#endError));
    signal.addEventListener('abort', abandon);
    this.#send({ type: 'ask', id, ask });
    this.#watch();
    const answer = await answered.promise;
    signal.removeEventListener('abort', abandon);
    this.#asks.delete(id);
    if (answer.type === 'refused') throw fromErrorMessage(answer.error);
    return answer;
  }

  /** As `Dispatcher.holdBatchWork`. What is sent while it holds is there before batch work goes on. */
  holdBatchWork(): () => void {
    this.#lastHoldId += 1;
    const id = this.#lastHoldId;
    this.#send({ type: 'hold', id });
    return () => this.#send({ type: 'letGo', id });
  }

  /** Starts a run; its progress has exactly one terminal entry. */
  fill(job: FillJob): ProgressStream {
    assert(!this.#runs.has(job.runId), `Run ${job.runId} is started twice.`);
    const stream = new ProgressStream();
    if (this.#endError !== null) {
      stream.push({ type: 'failed', outcome: null, error: this.#endError });
      return stream;
    }
    this.#runs.set(job.runId, stream);
    this.#send({ type: 'fill', ...job });
    this.#watch();
    return stream;
  }

  /** Cancels a run; its terminal entry follows. Of an unknown run, nothing. */
  cancel(runId: string): void {
    if (this.#runs.has(runId)) this.#send({ type: 'cancel', runId });
  }

  /** Asks the worker to exit, kills it when it does not, and waits until it is gone. Its runs end as INTERRUPTED. */
  async close(): Promise<void> {
    if (!this.#isClosing && this.#endError === null) {
      this.#isClosing = true;
      this.#send({ type: 'close' });
      this.#killAfter(this.#launch.timing.closeTimeoutMs, 'did not exit');
    }
    await this.ended;
  }

  #send(message: ToWorker): void {
    // A failed send means that the child is gone: its exit ends the jobs.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #receive(message: FromWorker): void {
    this.#unansweredPings = 0;
    switch (message.type) {
      case 'ready':
        this.#open(message.pack);
        break;
      case 'unopened':
        this.#open(fromErrorMessage(message.error));
        break;
      case 'answer':
        this.#asks.get(message.id)?.settle(message.answer);
        break;
      case 'progress':
        this.#runs.get(message.runId)?.push(message.progress);
        if (isTerminal(message.progress.type)) this.#runs.delete(message.runId);
        break;
      case 'pong':
        break;
      case 'leaving':
        this.#left.resolve();
        break;
      default:
        message satisfies never;
    }
  }

  #open(opened: ServedPack | InfillError): void {
    if (!this.#isClosing) clearTimeout(this.#killTimer);
    this.#opened.resolve(opened);
  }

  /** Pings while there is a job, or a ping without an answer: a worker that is idle owes nothing. */
  #watch(): void {
    if (this.#pingTimer !== undefined || this.#endError !== null) return;
    const { pingMs, hangMs } = this.#launch.timing;
    this.#unansweredPings = 0;
    this.#pingTimer = setInterval(() => {
      const isIdle = this.#asks.size + this.#runs.size === 0;
      if (isIdle && this.#unansweredPings === 0) return this.#unwatch();
      if (this.#unansweredPings * pingMs >= hangMs)
        return this.#kill(`said nothing for ${hangMs} ms`);
      this.#ping();
    }, pingMs);
  }

  #ping(): void {
    this.#unansweredPings += 1;
    this.#send({ type: 'ping' });
  }

  #unwatch(): void {
    clearInterval(this.#pingTimer);
    this.#pingTimer = undefined;
  }

  #killAfter(timeoutMs: number, reason: string): void {
    clearTimeout(this.#killTimer);
    this.#killTimer = setTimeout(() => this.#kill(`${reason} within ${timeoutMs} ms`), timeoutMs);
  }

  #kill(reason: string): void {
    this.#killReason = reason;
    this.#child.kill('SIGKILL');
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
    const reason = this.#killReason === null ? how : `${this.#killReason} and ${how}`;
    // What the worker said before its end is still in the channel.
    if (this.#child.connected) this.#child.once('disconnect', () => this.#end(reason));
    else this.#end(reason);
  }

  #end(reason: string): void {
    if (this.#endError !== null) return;
    this.#unwatch();
    clearTimeout(this.#killTimer);
    const error: RunError = this.#isClosing
      ? { code: 'INTERRUPTED', message: 'The server stopped before this was done.' }
      : { code: 'WORKER_FAILED', message: `${workerSubject(this.#launch.open)} ${reason}.` };
    this.#endError = error;
    // First of all, so that whoever learns of an ended job finds the worker gone.
    this.#ended.resolve(error);
    this.#opened.resolve(new InfillError(error.code, error.message));
    for (const ask of this.#asks.values()) ask.settle(refusal(error));
    for (const stream of this.#runs.values()) stream.push({ type: 'failed', outcome: null, error });
    this.#runs.clear();
  }
}

function refusal(error: RunError): Answer {
  return { type: 'refused', error: { ...error, problems: [], retryAfterMs: null } };
}
