/**
 * HTTP requests that are wrong before there is an operation.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Answer, Area, BadInput } from './answer.ts';
import { graphqlAnswer } from './graphql-answer.ts';
import type { ServerUnderTest } from './server-under-test.ts';

const json = 'Content-Type: application/json';
const query = '{"query":"{ __typename }"}';
const mutation = encodeURIComponent('mutation { cancelInfill(input: {id: "x"}) { __typename } }');
const subscription = encodeURIComponent('subscription { infillEvents(id: "x") { __typename } }');

type Bytes = string | Uint8Array;
type Sent = readonly [words: string, method: string, headers: readonly string[], body?: Bytes];

const requests: readonly Sent[] = [
  ['GET /nothing', 'GET /nothing', []],
  ['GET /graphql/../secret', 'GET /graphql/../secret', []],
  ['DELETE /graphql', 'DELETE /graphql', []],
  ['PUT /graphql', 'PUT /graphql', [json], query],
  ['GET /graphql without a query', 'GET /graphql', ['Accept: application/json']],
  ['GET /graphql?query=mutation…', `GET /graphql?query=${mutation}`, ['Accept: application/json']],
  [
    'GET /graphql?query=subscription…',
    `GET /graphql?query=${subscription}`,
    ['Accept: text/event-stream'],
  ],
  [
    'GET /graphql?query=…&variables={',
    'GET /graphql?query=%7B__typename%7D&variables=%7B',
    ['Accept: application/json'],
  ],
  ['Host: evil.example', 'GET /health/live', ['Host: evil.example']],
  ['Host: 127.0.0.1.evil.example', 'GET /health/live', ['Host: 127.0.0.1.evil.example']],
  ['Host: (empty)', 'GET /health/live', ['Host:']],
  ['Origin: https://evil.example', 'POST /graphql', [json, 'Origin: https://evil.example'], query],
  ['Origin: null', 'POST /graphql', [json, 'Origin: null'], query],
  [
    'Authorization: Bearer lacuna_nothing',
    'POST /graphql',
    [json, 'Authorization: Bearer lacuna_nothing'],
    query,
  ],
  ['Authorization: Basic YTpi', 'POST /graphql', [json, 'Authorization: Basic YTpi'], query],
  ['no content type', 'POST /graphql', [], query],
  ['Content-Type: text/plain', 'POST /graphql', ['Content-Type: text/plain'], query],
  [
    'Content-Type: multipart/form-data',
    'POST /graphql',
    ['Content-Type: multipart/form-data; boundary=x'],
    '--x--',
  ],
  [
    'Content-Type: application/json; charset=utf-16',
    'POST /graphql',
    [`${json}; charset=utf-16`],
    query,
  ],
  ['Content-Encoding: gzip', 'POST /graphql', [json, 'Content-Encoding: gzip'], gzipSync(query)],
  ['an empty body', 'POST /graphql', [json], ''],
  ['a body that is not JSON', 'POST /graphql', [json], '{"query":'],
  [
    'a body that is not UTF-8',
    'POST /graphql',
    [json],
    Buffer.from('{"query":"\xff\xfe"}', 'latin1'),
  ],
  ['the body null', 'POST /graphql', [json], 'null'],
  ['the body 5', 'POST /graphql', [json], '5'],
  ['the body []', 'POST /graphql', [json], '[]'],
  ['two operations in a list', 'POST /graphql', [json], `[${query},${query}]`],
  ['the body {}', 'POST /graphql', [json], '{}'],
  ['the body {"query": 5}', 'POST /graphql', [json], '{"query":5}'],
  ['the body {"query": null}', 'POST /graphql', [json], '{"query":null}'],
  [
    'variables that are a list',
    'POST /graphql',
    [json],
    '{"query":"{__typename}","variables":[1]}',
  ],
  ['variables that are text', 'POST /graphql', [json], '{"query":"{__typename}","variables":"{}"}'],
  [
    'extensions that are a list',
    'POST /graphql',
    [json],
    '{"query":"{__typename}","extensions":[]}',
  ],
  [
    'an operation name that is a number',
    'POST /graphql',
    [json],
    '{"query":"{__typename}","operationName":5}',
  ],
  [
    'an operation name that there is not',
    'POST /graphql',
    [json],
    '{"query":"query a {__typename}","operationName":"b"}',
  ],
  [
    'a field of the body that there is not',
    'POST /graphql',
    [json],
    '{"query":"{__typename}","queries":[]}',
  ],
  ['a body of 1 MiB and one byte', 'POST /graphql', [json], query.padEnd(1024 * 1024 + 1)],
  [
    'a body nested 100,000 deep',
    'POST /graphql',
    [json],
    `{"query":"{__typename}","variables":${'['.repeat(100_000)}`,
  ],
  [
    'a subscription without text/event-stream',
    'POST /graphql',
    [json, 'Accept: application/json'],
    '{"query":"subscription { infillEvents(id: \\"x\\") { __typename } }"}',
  ],
  ['a header of 20,000 bytes', 'GET /health/live', [`X-Long: ${'a'.repeat(20_000)}`]],
  ['Content-Length: -1', 'POST /graphql', [json, 'Content-Length: -1'], query],
  [
    'Content-Length and Transfer-Encoding',
    'POST /graphql',
    [json, 'Content-Length: 5', 'Transfer-Encoding: chunked'],
    query,
  ],
  [
    'a chunk length that is no number',
    'POST /graphql',
    [json, 'Transfer-Encoding: chunked'],
    'zz\r\n',
  ],
  ['a header with a line break in its name', 'GET /health/live', ['X-\nY: 1']],
  ['GET /graphql HTTP/3.7', 'GET /health/live HTTP/3.7\r\nX: ', []],
];

/** Requests over a bare socket. */
export const httpAreas: readonly Area<ServerUnderTest>[] = [
  {
    title: 'HTTP requests',
    about: 'Over a bare socket.',
    inputs: requests.map(requestInput),
  },
];

function requestInput([sent, line, headers, body]: Sent): BadInput<ServerUnderTest> {
  return {
    sent,
    answer: async ({ url }) => {
      const isSized =
        body === undefined || headers.some((name) => /^(Content-Len|Transfer)/.test(name));
      const hasHost = headers.some((name) => name.startsWith('Host:'));
      const head = [
        `${line} HTTP/1.1`,
        ...(hasHost ? [] : ['Host: 127.0.0.1']),
        'Connection: close',
        ...(isSized ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
        ...headers,
      ];
      return httpAnswer(await exchange(url, `${head.join('\r\n')}\r\n\r\n`, body ?? ''));
    },
  };
}

/** Sends bytes and reads until the server closes. */
async function exchange(url: string, head: string, body: Bytes): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  // What the server has not read when it closes comes back as a reset, after its answer.
  socket.on('error', () => socket.destroy());
  socket.write(Buffer.concat([Buffer.from(head), Buffer.from(body)]));
  let received = '';
  socket.setEncoding('utf8').on('data', (text) => {
    received += text;
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return received;
}

function httpAnswer(received: string): Answer {
  const [head = '', ...rest] = received.split('\r\n\r\n');
  const status = Number(head.split(' ')[1]);
  const body = rest.join('\r\n\r\n');
  const start = body.indexOf('{');
  if (start === -1) return { status: String(status), codes: [], messages: [] };
  return graphqlAnswer({ status, body: JSON.parse(body.slice(start, body.lastIndexOf('}') + 1)) });
}
