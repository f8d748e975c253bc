/**
 * Names of folders that are not complete, `.name-machine-process-random` beside what they become, and the removal of those
 * that a killed process left.
 *
 * Knows process ids; knows no contents. A process id says something on its own machine only, and in a container only
 * there, so both are part of the name; what cannot be told from a live one stays.
 */
import { createHash } from 'node:crypto';
import { readdir, readlink, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isRunning } from './process-lock.ts';

/** Path of a draft of `target`, but for the random letters at its end. @param target - absolute. */
export async function draftPrefix(target: string): Promise<string> {
  return join(dirname(target), `${await machinePrefix(target)}${process.pid}-`);
}

/** Removes drafts of `target` whose process is gone, where this user may. @param target - absolute. */
export async function removeAbandonedDrafts(target: string): Promise<void> {
  const prefix = await machinePrefix(target);
  const folder = dirname(target);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const [, id] = /^(\d+)-[A-Za-z0-9]{6}$/.exec(name.slice(prefix.length)) ?? [];
    if (id === undefined || Number(id) === process.pid || isRunning(Number(id))) continue;
    // Another user's, perhaps: then it is in nobody's way.
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

async function machinePrefix(target: string): Promise<string> {
  // Of Linux: which process ids this process sees.
  const processes = await readlink('/proc/self/ns/pid').catch(() => '');
  const machine = createHash('sha256').update(`${hostname()}\n${processes}`).digest('hex');
  return `.${basename(target)}-${machine.slice(0, 8)}-`;
}
