/**
 * WebSocket handshakes and frames that are wrong.
 */
import { once } from 'node:events';
import { text as readText } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import type { Answer, Area, BadInput } from './answer.ts';
import { graphqlAnswer } from './graphql-answer.ts';
import type { ServerUnderTest } from './server-under-test.ts';

const protocol = 'graphql-transport-ws';
const init = { type: 'connection_init' };
const query = '{ __typename }';
const subscribe = (payload: unknown, id: unknown = '1') => ({ type: 'subscribe', id, payload });

type Frame = string | Uint8Array | object;
type Frames = readonly [words: string, ...frames: readonly Frame[]];

const frames: readonly Frames[] = [
  ['nothing for three seconds'],
  ['text that is not JSON', '{'],
  ['an empty frame', ''],
  ['null', 'null'],
  ['[]', '[]'],
  ['5', '5'],
  ['{}', {}],
  ['{type: "start"}', init, { type: 'start', id: '1', payload: { query } }],
  ['{type: "__proto__"}', init, '{"type":"__proto__"}'],
  ['binary bytes', init, Uint8Array.from([0xff, 0xfe, 0x00])],
  ['a subscribe before connection_init', subscribe({ query })],
  ['two connection_init', init, init],
  ['a connection_init with a list as payload', { type: 'connection_init', payload: [] }],
  [
    'a connection_init with a key that there is not',
    { type: 'connection_init', payload: { authorization: 'Bearer lacuna_nothing' } },
  ],
  ['a subscribe without id', init, { type: 'subscribe', payload: { query } }],
  ['a subscribe with the id 5', init, subscribe({ query }, 5)],
  ['a subscribe with an empty id', init, subscribe({ query }, '')],
  ['a subscribe without payload', init, { type: 'subscribe', id: '1' }],
  ['a subscribe without query', init, subscribe({})],
  ['a subscribe with variables that are a list', init, subscribe({ query, variables: [] })],
  ['a subscribe with the operationName 5', init, subscribe({ query, operationName: 5 })],
  ['a subscribe with a query that does not parse', init, subscribe({ query: '{' })],
  ['a subscribe with a query that is invalid', init, subscribe({ query: '{ nothing }' })],
  [
    'a subscribe of fields 13 deep',
    init,
    subscribe({ query: `{ ${'a { '.repeat(13)}b${' }'.repeat(13)} }` }),
  ],
  [
    'a subscribe of two operations',
    init,
    subscribe({ query: 'query a { __typename } query b { __typename }' }),
  ],
  [
    'a subscribe with variables of the wrong type',
    init,
    subscribe({
      query: 'subscription ($id: ID!) { infillEvents(id: $id) { __typename } }',
      variables: { id: {} },
    }),
  ],
  [
    'a subscribe to an infill that there is not',
    init,
    subscribe({
      query: 'subscription { infillEvents(id: "x") { __typename ... on Error { code message } } }',
    }),
  ],
  [
    'a subscribe to an infill of a wrong text',
    init,
    subscribe({
      query:
        'subscription { infill(input: { source: { text: "[MASK:0]" } }) { __typename ... on ValidationError { code message problems { path code message } } } }',
    }),
  ],
  ['a next from the client', init, { type: 'next', id: '1', payload: {} }],
  ['a frame of 256 KiB and one byte', init, 'x'.repeat(256 * 1024 + 1)],
  ['a frame nested 50,000 deep', init, '['.repeat(50_000)],
];

type Handshake = readonly [
  words: string,
  path: string,
  protocol: string,
  headers: Record<string, string>,
];

const handshakes: readonly Handshake[] = [
  ['to /nothing', '/nothing', protocol, {}],
  ['with Origin: https://evil.example', '/graphql', protocol, { origin: 'https://evil.example' }],
  ['with Host: evil.example', '/graphql', protocol, { host: 'evil.example' }],
  ['with the protocol graphql-ws', '/graphql', 'graphql-ws', {}],
];

/** Handshakes, and frames after one. */
export const webSocketAreas: readonly Area<ServerUnderTest>[] = [
  {
    title: 'WebSocket handshakes',
    about: 'The status of the answer, or the code that the connection is closed with.',
    inputs: handshakes.map(([sent, path, name, headers]) => ({
      sent,
      answer: ({ url }) => handshakeAnswer(`${url.replace('http', 'ws')}${path}`, name, headers),
    })),
  },
  {
    title: 'WebSocket frames',
    about:
      'After the handshake, in the protocol graphql-transport-ws; those that need it after `connection_init`. The code ' +
      'that the connection is closed with, or the message of the operation, after which the connection goes on.',
    inputs: frames.map(framesInput),
  },
];

function framesInput([sent, ...sequence]: Frames): BadInput<ServerUnderTest> {
  return {
    sent,
    async answer({ url }) {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocol);
      await once(socket, 'open');
      const refused = firstRefusal(socket);
      for (const frame of sequence) {
        const isRaw = typeof frame === 'string' || frame instanceof Uint8Array;
        socket.send(isRaw ? frame : JSON.stringify(frame));
        if (frame === init && sequence.at(-1) !== init) await once(socket, 'message');
      }
      const answer = await refused;
      socket.terminate();
      return answer;
    },
  };
}

/** The first message that is not the answer to `connection_init`, or the close. */
function firstRefusal(socket: WebSocket): Promise<Answer> {
  return new Promise((resolve, reject) => {
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => resolve(closed(code, String(reason))));
    socket.on('message', (text) => {
      const { type, payload } = JSON.parse(String(text));
      if (type === 'connection_ack' || type === 'ping') return;
      if (payload === undefined) return reject(new Error(`Nothing was refused: ${type}`));
      const body = type === 'error' ? { errors: payload } : payload;
      const { status, ...answer } = graphqlAnswer({ status: 0, body });
      resolve({ ...answer, status: status.replace('0', type) });
    });
  });
}

async function handshakeAnswer(
  url: string,
  name: string,
  headers: Record<string, string>,
): Promise<Answer> {
  const socket = new WebSocket(url, name, { headers });
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    socket.on('close', (code, reason) => resolve(closed(code, String(reason))));
    socket.on('unexpected-response', (_, response) => {
      void readText(response).then((message) =>
        resolve({ status: String(response.statusCode), codes: [], messages: [message] }),
      );
    });
  });
}

function closed(code: number, reason: string): Answer {
  return { status: `close ${code}`, codes: [], messages: reason === '' ? [] : [reason] };
}
