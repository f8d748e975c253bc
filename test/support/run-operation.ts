/**
 * Runs operations against a schema over a fake service, without a server.
 */
import { type ExecutionResult, type GraphQLSchema, graphql, parse, subscribe } from 'graphql';
import { buildSchema } from '../../schema/build-schema.ts';
import { createContext } from '../../schema/context.ts';
import { localViewer, type Service } from '../../src/service/service.ts';
import { FakeService } from './fake-service.ts';

/** Parsed JSON whose shape the operation's text says, which no type follows here. */
// biome-ignore lint/suspicious/noExplicitAny: tests read fields that their own operation asks for.
export type Json = any;

const viewer = localViewer;

/** A service with its schema. */
export type Api<S extends Service = FakeService> = {
  readonly service: S;
  readonly schema: GraphQLSchema;
};

/** Makes both. */
export function createApi(): Api {
  const service = new FakeService();
  return { service, schema: buildSchema(service) };
}

/** The plain result of a query or mutation. */
export async function run({ service, schema }: Api<Service>, source: string, variableValues = {}) {
  const contextValue = createContext(service, viewer, new AbortController().signal);
  const result = await graphql({ schema, source, variableValues, contextValue });
  return JSON.parse(JSON.stringify(result)) as { data: Json; errors?: { message: string }[] };
}

/** The items of the only field of a subscription. */
export async function items(
  { service, schema }: Api<Service>,
  source: string,
  variableValues = {},
): Promise<Json[]> {
  const contextValue = createContext(service, viewer, new AbortController().signal);
  const stream = await subscribe({ schema, document: parse(source), variableValues, contextValue });
  if (!(Symbol.asyncIterator in stream)) throw new Error(JSON.stringify(stream));
  const seen: unknown[] = [];
  for await (const { data, errors } of stream as AsyncIterable<ExecutionResult>) {
    seen.push(errors ?? JSON.parse(JSON.stringify(Object.values(data ?? {})[0])));
  }
  return seen;
}
