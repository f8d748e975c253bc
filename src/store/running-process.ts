/**
 * Whether a process that left its id behind still runs, and not another one with the same id.
 *
 * Knows pids of this machine; knows nothing of locks.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A running process. `start` tells apart two processes that had the same pid; null where the system does not say. */
export type RunningProcess = { readonly start: string | null };

/** Returns the process with this pid; null when there is none, or only a zombie. */
export function findProcess(pid: number): RunningProcess | null {
  if (!answersToSignals(pid)) return null;
  return process.platform === 'linux' ? fromProc(pid) : { start: startFromPs(pid) };
}

function answersToSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs as another user.
    return hasCode(error, 'EPERM');
  }
}

/** Source: proc(5), /proc/pid/stat: state is field 3, starttime (clock ticks since boot) field 22. */
function fromProc(pid: number): RunningProcess | null {
  const stat = readIfPresent(`/proc/${pid}/stat`);
  // subtle: /proc may hide processes of other users, so a missing file is not a dead process.
  if (stat === null) return { start: null };
  // The name, field 2, is in parentheses and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  const boot = readIfPresent('/proc/sys/kernel/random/boot_id');
  return { start: `${boot?.trim() ?? ''}/${fields[19] ?? ''}` };
}

/** Second resolution. Where there is no `ps`, only this process knows its own start. */
function startFromPs(pid: number): string | null {
  const ps = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  });
  const start = ps.status === 0 ? ps.stdout.trim() : '';
  if (start !== '') return start;
  return pid === process.pid ? `origin/${performance.timeOrigin}` : null;
}

/** Returns the text of a file; null when there is no such file or its process is gone. */
export function readIfPresent(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return null;
    throw error;
  }
}

/** Whether `error` is a system error with this code, such as `EEXIST`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
