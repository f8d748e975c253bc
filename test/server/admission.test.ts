import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isAllowedOrigin, originRefusal } from '../../src/server/admission.ts';
import { startTestServer } from '../support/test-server.ts';

const none = { host: '127.0.0.1', allowedHosts: [], allowedOrigins: [] };

describe('originRefusal', () => {
  it('refuses a request without a host', () => {
    expect(originRefusal({}, none)).toMatchObject({ status: 403, code: 'HOST_NOT_ALLOWED' });
  });

  it('shows no more than the beginning of a long header', () => {
    const refusal = originRefusal({ host: 'x'.repeat(10_000) }, none);
    expect(refusal?.message.length).toBeLessThan(300);
  });
});

describe('isAllowedOrigin', () => {
  const listed = 'https://app.example';
  const loopback = ['http://localhost:4000', 'https://127.0.0.1', 'http://[::1]:81'];

  it.each(['127.0.0.1', '::1', 'localhost'])(
    'lets in pages of this machine while the server listens at %s',
    (host) => {
      const policy = { host, allowedOrigins: [listed] };
      expect(loopback.filter((origin) => !isAllowedOrigin(origin, policy))).toEqual([]);
      expect(isAllowedOrigin(listed, policy)).toBe(true);
      expect(isAllowedOrigin('https://other.example', policy)).toBe(false);
    },
  );

  it.each(['0.0.0.0', '::', '192.168.1.5', 'lacuna.example'])(
    'lets in only listed pages where the server listens at %s',
    (host) => {
      const policy = { host, allowedOrigins: [listed] };
      expect(loopback.filter((origin) => isAllowedOrigin(origin, policy))).toEqual([]);
      expect(isAllowedOrigin(listed, policy)).toBe(true);
    },
  );
});

describe('a raw request', () => {
  it.each([
    ['in HTTP/1.0 without a host', 'GET /health/live HTTP/1.0\r\n\r\n', '403'],
    [
      'with a whole URL as its target',
      'GET http://evil.example/graphql HTTP/1.1\r\nHost: localhost\r\n\r\n',
      '404',
    ],
    ['that is no HTTP', 'hello\r\n\r\n', '400'],
    [
      'that upgrades to something else',
      'GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
      '400',
    ],
  ])('%s is refused', async (_, text, status) => {
    const server = await startTestServer();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(text);
    const [answer] = await socket.take(1).toArray();
    expect(String(answer)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    socket.destroy();
    await server.close();
  });
});
