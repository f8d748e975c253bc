/**
 * A hub on this machine that serves folders as models, and can be told to misbehave.
 *
 * Large files come from a second server, as from the hub's own stores: another port is another host.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** One request as a server saw it. */
export type SeenRequest = {
  readonly host: 'hub' | 'store';
  readonly path: string;
  readonly range: string | null;
  readonly authorization: string | null;
  /** What the answer may be compressed with. */
  readonly encoding: string | null;
};

/** Answers in place of the server; true when it did. */
export type Misbehaviour = (
  request: SeenRequest,
  response: ServerResponse,
  bytes: Buffer | null,
) => boolean;

/** The commit of everything. */
export const testCommit = 'c'.repeat(40);

/** Files from this size on come from the store. */
const largeBytes = 4096;

/** Serves `folder` as the model `owner/name`. */
export class TestHub {
  readonly seen: SeenRequest[] = [];
  endpoint = '';
  /** Where large files come from. */
  storeOrigin = '';
  misbehaviour: Misbehaviour = () => false;
  /** Changes of the listing: name → fields. */
  readonly lies = new Map<string, Readonly<Record<string, unknown>>>();
  /** Most files of one page of a listing; the next one is told in the Link header. */
  pageSize = Number.POSITIVE_INFINITY;
  /** Where the next page is, from its own address. */
  nextPage = (url: string) => url;
  readonly #folders: ReadonlyMap<string, string>;
  readonly #hub: Server;
  readonly #store: Server;

  private constructor(folders: ReadonlyMap<string, string>) {
    this.#folders = folders;
    this.#hub = createServer((request, response) => this.#answer('hub', request, response));
    this.#store = createServer((request, response) => this.#answer('store', request, response));
  }

  /** @param folders - `owner/name` → folder. */
  static async start(folders: ReadonlyMap<string, string>): Promise<TestHub> {
    const hub = new TestHub(folders);
    hub.endpoint = await listen(hub.#hub);
    hub.storeOrigin = await listen(hub.#store);
    return hub;
  }

  async close(): Promise<void> {
    for (const server of [this.#hub, this.#store]) {
      if (!server.listening) continue;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  }

  #answer(host: SeenRequest['host'], request: IncomingMessage, response: ServerResponse): void {
    const { url: path = '/', headers } = request;
    const { range = null, authorization = null, 'accept-encoding': accepted } = headers;
    const encoding = accepted?.toString() ?? null;
    const seen = { host, path, range, authorization, encoding };
    this.seen.push(seen);
    const bytes = this.#bytesAt(path);
    if (this.misbehaviour(seen, response, bytes)) return;
    const { pathname, searchParams } = new URL(path, this.endpoint);
    const listing = this.#listing(pathname);
    if (Array.isArray(listing)) {
      this.#answerPage(response, listing, { pathname, start: Number(searchParams.get('cursor')) });
    } else if (listing !== null) {
      response.end(JSON.stringify(listing));
    } else if (bytes === null) {
      response.writeHead(404).end();
    } else if (host === 'hub' && bytes.length >= largeBytes) {
      response.writeHead(302, { location: `${this.storeOrigin}${path}` }).end();
    } else {
      sendRange(response, bytes, range);
    }
  }

  #answerPage(
    response: ServerResponse,
    listing: readonly unknown[],
    { pathname, start }: { readonly pathname: string; readonly start: number },
  ): void {
    const end = start + this.pageSize;
    if (end < listing.length) {
      const next = this.nextPage(`${this.endpoint}${pathname}?cursor=${end}`);
      response.setHeader('link', `<${this.endpoint}/>; rel="first", <${next}>; rel="next"`);
    }
    response.end(JSON.stringify(listing.slice(start, end)));
  }

  #listing(path: string): unknown {
    const [, model = '', what] =
      /^\/api\/models\/([^/]+\/[^/]+)\/(revision|tree)\//.exec(path) ?? [];
    const folder = this.#folders.get(model);
    if (folder === undefined) return null;
    if (what === 'revision') return path.endsWith('/gone') ? null : { sha: testCommit };
    return readdirSync(folder).map((name) => {
      const bytes = readFileSync(join(folder, name));
      const oid = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const lfs = bytes.length >= largeBytes ? { lfs: { oid: sha256, size: bytes.length } } : {};
      return { type: 'file', path: name, size: bytes.length, oid, ...lfs, ...this.lies.get(name) };
    });
  }

  #bytesAt(path: string): Buffer | null {
    const [, model = '', name = ''] =
      /^\/([^/]+\/[^/]+)\/resolve\/[^/]+\/([^/]+)$/.exec(path) ?? [];
    const folder = this.#folders.get(model);
    if (folder === undefined || !readdirSync(folder).includes(name)) return null;
    return readFileSync(join(folder, name));
  }
}

/** The bytes from `range` on, or all. */
export function sendRange(response: ServerResponse, bytes: Buffer, range: string | null): void {
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  const contentRange = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(range === null ? 200 : 206, {
    'content-length': bytes.length - start,
    ...(range === null ? {} : contentRange),
  });
  response.end(bytes.subarray(start));
}

/** @returns where it listens. */
async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
