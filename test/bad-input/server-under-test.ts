/**
 * The built server that bad input is sent to, with the bundled pack and a hostile plugin.
 *
 * Knows how to ask it and whether it is as it was before.
 */
import { join } from 'node:path';
import { startServerProcess } from '../support/server-process.ts';

/** The server and how to ask it. */
export type ServerUnderTest = {
  readonly url: string;
  readonly dataDir: string;
  /** Posts an operation. @param variables - as JSON. */
  ask(query: string, variables?: string): Promise<Reply>;
  /** Whether it is ready, and how many infills it has stored and has not ended. */
  state(): Promise<ServerState>;
  /** Entries of its log since the last call that tell of something nobody expected. */
  newDefects(): readonly unknown[];
  stop(): Promise<unknown>;
};

/** What a refused input must not change. */
export type ServerState = {
  readonly isReady: boolean;
  readonly storedCount: number;
  readonly liveCount: number;
};

/** An HTTP answer of the endpoint. */
export type Reply = { readonly status: number; readonly body: ReplyBody };

type ReplyBody = {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly ReplyError[];
};
type ReplyError = {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
};

const hostilePlugin = join(import.meta.dirname, '../fixtures/plugins/hostile.mjs');
/** Of pino. */
const errorLevel = 50;
const stateQuery = `{
  stored: infills(first: 1) { totalCount }
  live: infills(first: 1, filter: { statuses: [QUEUED, RUNNING] }) { totalCount }
}`;

/** Starts it with a data folder inside `root`. */
export async function startServerUnderTest(
  root: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<ServerUnderTest> {
  const env = { PLUGINS: hostilePlugin, ...settings };
  const dataDir = join(root, 'data');
  const server = await startServerProcess(dataDir, env);
  let readCount = 0;
  const ask = async (query: string, variables = '{}') =>
    replyOf(await post(server.url, `{"query":${JSON.stringify(query)},"variables":${variables}}`));
  return {
    url: server.url,
    dataDir,
    ask,
    async state() {
      const { ok } = await fetch(`${server.url}/health/ready`);
      const { body } = await ask(stateQuery);
      return {
        isReady: ok,
        storedCount: countOf(body, 'stored'),
        liveCount: countOf(body, 'live'),
      };
    },
    newDefects() {
      const entries = server.log
        .slice(readCount)
        .filter(({ level }) => Number(level) >= errorLevel);
      readCount = server.log.length;
      return entries;
    },
    stop: () => server.stop(),
  };
}

/** Posts a body as JSON. */
export function post(url: string, body: string): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${url}/graphql`, { method: 'POST', headers, body });
}

/** Reads an answer as JSON. */
export async function replyOf(response: Response): Promise<Reply> {
  return { status: response.status, body: JSON.parse(await response.text()) };
}

function countOf({ data }: ReplyBody, field: string): number {
  const list = data?.[field];
  if (typeof list !== 'object' || list === null || !('totalCount' in list)) return Number.NaN;
  return Number(list.totalCount);
}
