/**
 * Which devices run models here: each is tried in a process of its own.
 */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import type { DeviceAnswer } from '../../device-probe.ts';
import { packageRoot } from '../../package-root.ts';
import { type Finding, notOk, ok } from './finding.ts';

const devices = ['cpu', 'webgpu', 'cuda'] as const;
/** A driver may take seconds to start. */
const timeoutMs = 30_000;

/** Tries every device; one that is not asked for may be absent. */
export async function checkDevices({ device: asked }: Pick<Config, 'device'>): Promise<Finding[]> {
  return Promise.all(
    devices.map(async (device) => {
      const subject = { group: 'devices', subject: device } as const;
      const refusal = await refusalOf(device);
      if (refusal === null)
        return ok(subject, device === asked ? 'runs; DEVICE asks for it' : 'runs');
      const [reason, advice] = split(refusal, device);
      return notOk(subject, device === asked ? 'failed' : 'absent', [reason, advice]);
    }),
  );
}

/** Null when a graph ran on it. */
async function refusalOf(device: string): Promise<string | null> {
  return new Promise((resolve) => {
    const child = fork(probePath(), [device], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const timer = setTimeout(() => {
      resolve(`it did not run a graph within ${timeoutMs} ms.`);
      child.kill('SIGKILL');
    }, timeoutMs);
    child.once('message', ({ refusal }: DeviceAnswer) => resolve(refusal));
    child.once('error', (error) => resolve(`its process could not be run: ${error.message}.`));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      resolve(`its driver ended the process with ${signal ?? `code ${code}`}.`);
    });
  });
}

/** As built; under a loader of TypeScript, which its arguments carry to the child, from the sources. */
function probePath(): string {
  const source = join(import.meta.dirname, '../../device-probe.ts');
  return existsSync(source) ? source : join(packageRoot(), 'dist/src/device-probe.js');
}

/** Splits the error of a device into its reason and what it needs; the list of others is told by their own lines. */
function split(refusal: string, device: string): readonly [string, string | null] {
  const [reason = '', advice = ''] = refusal.split(/ Available here: [^.]*\. /);
  return [reason.replace(`Device ${device} is not available: `, ''), advice || null];
}
