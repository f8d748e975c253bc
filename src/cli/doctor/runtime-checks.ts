/**
 * Whether Node and this machine are what Lacuna runs on.
 */
import { availableParallelism, totalmem } from 'node:os';
import type { Config } from '../../config.ts';
import { type Finding, notOk, ok } from './finding.ts';
import { gibibytes } from './sizes.ts';

/** The least version: that of package.json's `engines`. */
const leastNode = [20, 19] as const;

/** Checks the version of Node. */
export function checkNode(version: string): Finding {
  const subject = { group: 'runtime', subject: 'Node.js' } as const;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
  if (isEnough) return ok(subject, version);
  const least = leastNode.join('.');
  return notOk(subject, 'failed', [
    `${version} is too old; ${least} is the least.`,
    `Install Node.js ${least} or newer from nodejs.org.`,
  ]);
}

/** Tells what machine this is. */
export function describeMachine(): Finding {
  const processors = availableParallelism();
  const memory = gibibytes(memoryOf(process.constrainedMemory()));
  return ok(
    { group: 'runtime', subject: 'machine' },
    `${process.platform} ${process.arch}, ${processors} ${processors === 1 ? 'processor' : 'processors'}, ${memory} of memory`,
  );
}

/** Without a limit, Node says 0 or more than there is. */
function memoryOf(limit: number): number {
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Checks THREADS against the processors. */
export function checkThreads({ threads }: Pick<Config, 'threads'>, processors: number): Finding {
  const subject = { group: 'runtime', subject: 'threads' } as const;
  if (threads === null) return ok(subject, `chosen by the model layer from ${processors}`);
  if (threads <= processors) return ok(subject, `${threads} of ${processors} processors`);
  return notOk(subject, 'warning', [
    `THREADS is ${threads}, but there are ${processors} processors: model passes will be slower.`,
    `Set THREADS to at most ${processors}, or unset it.`,
  ]);
}
