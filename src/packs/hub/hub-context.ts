/**
 * What downloads need besides their settings, and how they persist.
 */
import { InfillError } from '../../errors.ts';
import { PassingFailure } from './hub-request.ts';
import type { HubSettings } from './hub-settings.ts';

/** Given from outside, so that nothing here waits by a clock of its own. */
export type HubContext = {
  readonly settings: HubSettings;
  /** Resolves after so many milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
  /** Longest silence of a server before the connection counts as broken. */
  readonly stallMs: number;
};

/** Before the second attempt, the third, and so on. */
const pausesMs = [1000, 2000, 4000, 8000];

/**
 * The result of the first attempt that does not meet a passing failure.
 *
 * @param hasProgressed - whether the attempt that has just failed brought something; then counting starts anew.
 * @throws InfillError HUB_UNAVAILABLE after five attempts that brought nothing.
 */
export async function persist<T>(
  { wait }: HubContext,
  attempt: () => Promise<T>,
  hasProgressed: () => boolean = () => false,
): Promise<T> {
  let failures = 0;
  for (;;) {
    const outcome = await attempt().then(
      (value) => ({ value }),
      (error) => {
        if (error instanceof PassingFailure) return error;
        throw error;
      },
    );
    if ('value' in outcome) return outcome.value;
    failures = hasProgressed() ? 0 : failures + 1;
    const pauseMs = pausesMs[Math.max(0, failures - 1)];
    if (pauseMs === undefined) {
      const message = `${outcome.message}; gave up after ${failures} attempts. What came so far is kept.`;
      throw new InfillError('HUB_UNAVAILABLE', message, { cause: outcome });
    }
    await wait(Math.max(pauseMs, outcome.waitMs ?? 0));
  }
}

/**
 * Runs `work` under a signal that aborts after too long a silence; `work` calls `heard` whenever a byte comes.
 *
 * @throws PassingFailure when it was the silence that ended it.
 */
export async function whileHeard<T>(
  { stallMs }: HubContext,
  host: string,
  work: (signal: AbortSignal, heard: () => void) => Promise<T>,
): Promise<T> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), stallMs);
  return work(silence.signal, () => void timer.refresh())
    .catch((error) => {
      if (!silence.signal.aborted) throw error;
      throw new PassingFailure(`${host} was silent for ${stallMs / 1000} s`, null, error);
    })
    .finally(() => clearTimeout(timer));
}
