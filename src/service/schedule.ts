/**
 * Work that is due later, as what needs it takes it: a test moves the time itself.
 */

/** Does `work` once, so many milliseconds (less than 2^31) from now. @returns what calls it off */
export type Schedule = (ms: number, work: () => void) => () => void;

/** By the clock of the process, which need not stay alive for it. */
export const scheduleByClock: Schedule = (ms, work) => {
  const timer = setTimeout(work, ms).unref();
  return () => clearTimeout(timer);
};
