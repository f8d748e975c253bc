/**
 * A case of the tests of downloads: a hub with one model, and an empty cache.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { fetchModel } from '../../../src/packs/hub/fetch-model.ts';
import type { HubContext } from '../../../src/packs/hub/hub-context.ts';
import { parseHubName } from '../../../src/packs/hub/hub-name.ts';
import { hubSettings } from '../../../src/packs/hub/hub-settings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTinyCheckpoints } from '../../support/tiny-checkpoint.ts';
import { type Misbehaviour, TestHub } from './test-hub.ts';

const root = temporaryFolder();
/** A new folder that is removed after the tests. */
export const newFolder = () => mkdtempSync(join(root, 'case-'));
/** What the hub serves as `tiny/causal`. */
export const { causalFolder } = writeTinyCheckpoints(join(root, 'source'), { seed: 1 });
writeFileSync(join(causalFolder, 'README.md'), 'Not for a pack.');
/** Its weights. */
export const weights = readFileSync(join(causalFolder, 'model.safetensors'));

/** A hub, an empty cache, and what is needed to fetch. */
export type Case = {
  readonly hub: TestHub;
  readonly cacheFolder: string;
  /** Pauses that were asked for, in milliseconds. */
  readonly pauses: number[];
  readonly context: HubContext;
  fetch(options?: {
    env?: Record<string, string>;
    name?: string;
    withWeights?: boolean;
  }): Promise<string>;
};

const started: TestHub[] = [];
afterEach(async () => {
  for (const hub of started.splice(0)) await hub.close();
});

/** Starts a hub that serves `folders` until the test ends. */
export async function startHub(folders: ReadonlyMap<string, string>): Promise<TestHub> {
  const hub = await TestHub.start(folders);
  started.push(hub);
  return hub;
}

/** Starts a case. */
export async function start(misbehaviour?: Misbehaviour, stallMs = 5000): Promise<Case> {
  const hub = await startHub(new Map([['tiny/causal', causalFolder]]));
  if (misbehaviour) hub.misbehaviour = misbehaviour;
  const cacheFolder = newFolder();
  const pauses: number[] = [];
  const contextOf = (env: Record<string, string>): HubContext => ({
    settings: hubSettings({ HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cacheFolder, ...env }),
    wait: async (ms) => void pauses.push(ms),
    stallMs,
  });
  return {
    hub,
    cacheFolder,
    pauses,
    context: contextOf({}),
    fetch: ({ env = {}, name = 'tiny/causal', withWeights = true } = {}) => {
      const model = parseHubName(name);
      if (model === null) throw new Error(`${name} is no name`);
      return fetchModel(contextOf(env), model, { withWeights, onProgress: () => undefined });
    },
  };
}

/** Names of the blobs. */
export function blobs(cacheFolder: string): string[] {
  const folder = join(cacheFolder, 'models--tiny--causal', 'blobs');
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Whether a folder has the weights; compared as a whole, because byte by byte takes a second. */
export const hasWeights = (folder: string) =>
  readFileSync(join(folder, 'model.safetensors')).equals(weights);

/** Whether a request is for the weights. */
export const isWeights = (path: string) => path.endsWith('/model.safetensors');

/** Sends so many bytes of the weights, then breaks the connection; `times` times. */
export function cutting(times: number, length: number): Misbehaviour {
  let left = times;
  return ({ host, path, range }, response, bytes) => {
    if (host !== 'store' || !isWeights(path) || bytes === null || left-- <= 0) return false;
    const from = Number(/\d+/.exec(range ?? '0')?.[0]);
    response.writeHead(range === null ? 200 : 206, {
      'content-length': bytes.length - from,
      'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
    });
    response.write(bytes.subarray(from, from + length), () => response.destroy());
    return true;
  };
}

/** Answers requests with a status. */
export function status(code: number, times = Number.POSITIVE_INFINITY, headers = {}): Misbehaviour {
  let left = times;
  return (_, response) => {
    if (left-- <= 0) return false;
    response.writeHead(code, headers).end();
    return true;
  };
}
