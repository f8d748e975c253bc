import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../src/service/service.ts';
import { FakeService } from '../support/fake-service.ts';
import { noBenchmarks } from '../support/no-benchmarks.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const id = '01a20ace-cb9d-71ea-b909-0b986307d1c3';

class ExportingService extends FakeService {
  name = 'a.html';
  override readonly benchmarks: Service['benchmarks'] = {
    ...noBenchmarks,
    exported: async (asked, format, viewer) =>
      asked === id
        ? { name: this.name, mediaType: 'text/html', policy: "default-src 'none'", text: format }
        : noBenchmarks.exported(asked, format, viewer),
    async *maskedLines({ masking, seed }) {
      if (masking === 'large') for (let line = 0; line < 40; line++) yield 'a'.repeat(2 ** 16);
      yield masking;
      yield String(seed);
    },
  };
}

const service = new ExportingService();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({}, { service });
});
afterAll(() => server.close());

const get = (path: string, init?: RequestInit) => fetch(`${server.url}${path}`, init);

describe('exports', () => {
  it('are files that no page runs', async () => {
    const answer = await get(`/exports/benchmarks/${id}.html`);
    expect(await answer.text()).toBe('HTML');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-disposition': 'attachment; filename="a.html"',
      'content-security-policy': "default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });

  it.each([
    ['größer-2.csv', 'gr-er-2.csv', "; filename*=UTF-8''gr%C3%B6%C3%9Fer-2.csv"],
    ['比較.csv', 'export.csv', "; filename*=UTF-8''%E6%AF%94%E8%BC%83.csv"],
    ['plain.csv', 'plain.csv', ''],
  ])('are called %s by clients that read it, and %s by others', async (name, plain, whole) => {
    service.name = name;
    const { headers } = await get(`/exports/benchmarks/${id}.html`);
    service.name = 'a.html';
    expect(headers.get('content-disposition')).toBe(`attachment; filename="${plain}"${whole}`);
  });

  it('are for pages of allowed origins, which are told their names', async () => {
    const origin = 'http://localhost:9';
    const asked = await get(`/exports/benchmarks/${id}.html`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-headers': 'authorization' },
    });
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
    const answer = await get(`/exports/benchmarks/${id}.html`, { headers: { origin } });
    expect(answer.headers.get('access-control-expose-headers')).toContain('content-disposition');
    const foreign = await get(`/exports/benchmarks/${id}.html`, {
      headers: { origin: 'https://elsewhere.example' },
    });
    expect(foreign.status).toBe(403);
  });

  it('stream a masked dataset line by line', async () => {
    const answer = await get(`/exports/maskings/${id}/rate-0.3-word.jsonl?seed=7`);
    expect(await answer.text()).toBe('rate-0.3-word\n7\n');
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  });

  it('stream a large one as fast as it is read, and wait for its end once', async () => {
    const warnings: string[] = [];
    const note = ({ name }: Error) => void warnings.push(name);
    process.on('warning', note);
    const answer = await get(`/exports/maskings/${id}/large.jsonl?seed=7`);
    expect((await answer.text()).length).toBe(40 * (2 ** 16 + 1) + 'large\n7\n'.length);
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it.each([
    [`/exports/benchmarks/${id.replace('0', '1')}.csv`, 404, 'UNKNOWN_BENCHMARK'],
    [`/exports/benchmarks/${id}.exe`, 404, 'UNKNOWN_BENCHMARK'],
    ['/exports/benchmarks/../../etc/passwd', 404, 'NOT_FOUND'],
    ['/exports/anything', 404, 'UNKNOWN_BENCHMARK'],
    [`/exports/maskings/${id}/rate-0.3-word.jsonl`, 400, 'INVALID_SEED'],
    [`/exports/maskings/${id}/rate-0.3-word.jsonl?seed=99999999999999999999`, 400, 'INVALID_SEED'],
  ])('answer %s with %i', async (path, status, code) => {
    const answer = await get(path);
    const { errors } = (await answer.json()) as { errors: [{ extensions: { code: string } }] };
    expect([answer.status, errors[0].extensions.code]).toEqual([status, code]);
  });

  it('are read with GET alone', async () => {
    const answer = await get(`/exports/benchmarks/${id}.csv`, { method: 'DELETE' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET']);
  });
});
