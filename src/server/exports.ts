/**
 * Files over HTTP: benchmarks in every form, and masked datasets to be filled elsewhere.
 *
 * `/exports/benchmarks/<id>.<form>` and `/exports/maskings/<dataset>/<masking>.jsonl?seed=…&model=…`, both GET, for the owner.
 */

import type { ServerResponse } from 'node:http';
import { parse } from 'node:path';
import { InfillError } from '../errors.ts';
import type { ExportedFile } from '../service/benchmark-export.ts';
import { type BenchmarkExport, exportExtensions } from '../service/benchmark-names.ts';
import type { Service, Viewer } from '../service/service.ts';
import { type Exchange, refuse } from './reply.ts';

/** Where exports begin. */
export const exportsPrefix = '/exports/';

const benchmarkPattern = /^\/exports\/benchmarks\/([0-9a-f-]{36})\.([a-z]+)$/;
const maskingPattern = /^\/exports\/maskings\/([0-9a-f-]{36})\/([a-z0-9.-]{1,64})\.jsonl$/;

const statuses = { 'not-found': 404, validation: 400, unsupported: 400 } as const;

/** Answers a request for a file. */
export async function serveExport(
  { request, response }: Exchange,
  service: Service,
  viewer: Viewer,
): Promise<void> {
  if (request.method !== 'GET') {
    response.setHeader('allow', 'GET');
    return refuse(response, {
      status: 405,
      code: 'BAD_REQUEST',
      message: 'Files are read with GET.',
    });
  }
  const url = new URL(request.url ?? '', 'http://localhost');
  const [done] = await Promise.allSettled([answer(url, response, service, viewer)]);
  if (done.status === 'fulfilled') return;
  const error: unknown = done.reason;
  const status = error instanceof InfillError ? statusOf(error) : null;
  if (status === null || response.headersSent) throw error;
  const { code, message } = error as InfillError;
  refuse(response, { status, code, message });
}

function statusOf({ family }: InfillError): number | null {
  return family in statuses ? statuses[family as keyof typeof statuses] : null;
}

async function answer(url: URL, response: ServerResponse, service: Service, viewer: Viewer) {
  const [, benchmarkId, extension] = benchmarkPattern.exec(url.pathname) ?? [];
  const format = formatOf(extension);
  if (benchmarkId !== undefined && format !== null) {
    return send(response, await service.benchmarks.exported(benchmarkId, format, viewer));
  }
  const [, datasetId, masking] = maskingPattern.exec(url.pathname) ?? [];
  if (datasetId === undefined || masking === undefined) {
    throw new InfillError('UNKNOWN_BENCHMARK', 'There is nothing at this path.');
  }
  const asked = { datasetId, masking, seed: seedOf(url), model: url.searchParams.get('model') };
  await sendLines(response, `${masking}.jsonl`, service.benchmarks.maskedLines(asked, viewer));
}

function formatOf(extension: string | undefined): BenchmarkExport | null {
  const formats = Object.entries(exportExtensions) as [BenchmarkExport, string][];
  return formats.find(([, known]) => known === extension)?.[0] ?? null;
}

function seedOf({ searchParams }: URL): bigint {
  const text = searchParams.get('seed') ?? '';
  if (/^\d{1,19}$/.test(text) && BigInt(text) < 2n ** 63n) return BigInt(text);
  const message = `\`seed\` is "${text.slice(0, 30)}"; it must be an integer from 0 to 2^63 − 1.`;
  throw new InfillError('INVALID_SEED', message);
}

function send(response: ServerResponse, { name, mediaType, policy, text }: ExportedFile): void {
  response.writeHead(200, { ...headersOf(name, mediaType, policy) }).end(text);
}

function headersOf(name: string, mediaType: string, policy: string | null) {
  return {
    'content-type': mediaType,
    'content-disposition': attachmentOf(name),
    'content-security-policy': policy ?? "default-src 'none'; sandbox",
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
}

/** A name that is not ASCII comes twice: not every client reads the second form. Source: RFC 6266, 4.3 and appendix D. */
function attachmentOf(name: string): string {
  const { name: stem, ext } = parse(name);
  const letters = stem.replaceAll(/[^a-z0-9.-]+/gi, '-').replaceAll(/^-+|-+$/g, '');
  const plain = `${letters || 'export'}${ext}`;
  const whole = plain === name ? '' : `; filename*=UTF-8''${encodeURIComponent(name)}`;
  return `attachment; filename="${plain}"${whole}`;
}

/** The first line is waited for before the head is sent: what is wrong is mostly wrong with it. */
async function sendLines(response: ServerResponse, name: string, lines: AsyncIterable<string>) {
  for await (const line of lines) {
    if (response.destroyed) return;
    if (!response.headersSent) {
      response.writeHead(200, headersOf(name, 'application/x-ndjson; charset=utf-8', null));
    }
    if (!response.write(`${line}\n`)) await drained(response);
  }
  response.end();
}

/** Waits until the client has taken what was written, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      response.off('drain', end).off('close', end);
      resolve();
    };
    response.on('drain', end).on('close', end);
  });
}
