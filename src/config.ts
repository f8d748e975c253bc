/**
 * Configuration from environment variables, read once and checked whole.
 *
 * Knows names, ranges and defaults; knows nothing of what they configure. `docs/configuration.md` has the table.
 */
import { isIP } from 'node:net';
import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { type Problem, problemsError } from './errors.ts';
import { packageRoot } from './package-root.ts';

/** A process's environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Checked settings. */
export type Config = {
  /** An IP address, or a name of one of this machine's. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Absolute. */
  readonly dataDir: string;
  /** Of a PostgreSQL database; may hold a password. Null: the database is embedded. */
  readonly databaseUrl: string | null;
  /** Null keeps runs for ever. */
  readonly retentionDays: number | null;
  /** Of the disk of the embedded database, in MiB; 0 does not look. */
  readonly minFreeDiskMb: number;
  /** Absolute; holds one folder per model pack. */
  readonly modelsDir: string;
  /** Absolute; holds files that datasets may be imported from. Null: none may. */
  readonly datasetsDir: string | null;
  /** Modules with decoders: package names or absolute paths. */
  readonly plugins: readonly string[];
  readonly device: 'cpu' | 'webgpu' | 'cuda';
  /** Null leaves the choice to the model layer. */
  readonly threads: number | null;
  readonly logLevel: 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** Lower-case `name` or `name:port`, besides loopback names; with the host itself, where it is one address. */
  readonly allowedHosts: readonly string[];
  /** As in an Origin header; besides loopback origins where the host is a loopback address. */
  readonly allowedOrigins: readonly string[];
  /** Without a setting only where the host is a loopback address. */
  readonly graphiql: boolean;
  /** Absolute path of the file of operations beside which no others run; null: any may run. */
  readonly persistedOperations: string | null;
  readonly maxQueuedRuns: number;
  readonly maxRunningRuns: number;
  readonly maxRequestCost: number;
  readonly maxConnections: number;
  readonly maxWebSockets: number;
  readonly maxSubscriptions: number;
  readonly maxSubscriptionsPerConnection: number;
  readonly shutdownGraceMs: number;
};

const wildcards: readonly string[] = ['0.0.0.0', '::'];
const loopbackPattern = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;
const namePattern = /^[a-z0-9](?:[a-z0-9.-]{0,253})$/i;
const hostPattern = /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

/** Each variable with its default; the description says what it must be. */
const variables = z.object({
  HOST: z
    .string()
    .refine((text) => isIP(text) !== 0 || namePattern.test(text))
    .default('127.0.0.1')
    .describe('an IP address or a host name, such as 127.0.0.1 or 0.0.0.0'),
  PORT: integer(4000, 0, 65_535),
  DATA_DIR: folder('./data'),
  DATABASE_URL: z
    .string()
    .refine(isDatabaseUrl)
    .nullable()
    .default(null)
    .describe('the URL of a PostgreSQL database, such as postgres://user@host:5432/lacuna'),
  RETENTION_DAYS: digits(1, 36_500).nullable().default(null).describe('an integer from 1 to 36500'),
  MIN_FREE_DISK_MB: integer(256, 0, 10_000_000),
  MODELS_DIR: folder(join(packageRoot(), 'models')),
  DATASETS_DIR: z
    .string()
    .transform((path) => resolve(path))
    .nullable()
    .default(null)
    .describe('a folder'),
  PLUGINS: list(z.string().transform(pluginModule))
    .default([])
    .describe('package names or paths of modules, separated by commas'),
  DEVICE: oneOf('cpu', ['cpu', 'webgpu', 'cuda']),
  THREADS: digits(1, 256).nullable().default(null).describe('an integer from 1 to 256'),
  LOG_LEVEL: oneOf('info', ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']),
  ALLOWED_HOSTS: list(z.string().toLowerCase().regex(hostPattern))
    .default([])
    .describe('host names with or without a port, separated by commas'),
  ALLOWED_ORIGINS: list(z.string().refine(isOrigin))
    .default([])
    .describe('origins such as https://example.org, without a path, separated by commas'),
  GRAPHIQL: z.enum(['0', '1']).nullable().default(null).describe('one of 0, 1'),
  PERSISTED_OPERATIONS: z
    .string()
    .transform((path) => resolve(path))
    .nullable()
    .default(null)
    .describe('a JSON file of operations'),
  MAX_QUEUED_RUNS: integer(64, 0, 10_000),
  MAX_RUNNING_RUNS: integer(4, 1, 256),
  MAX_REQUEST_COST: integer(4096, 1, 10_000_000),
  MAX_CONNECTIONS: integer(256, 1, 65_535),
  MAX_WEBSOCKETS: integer(64, 0, 65_535),
  MAX_SUBSCRIPTIONS: integer(128, 0, 65_535),
  MAX_SUBSCRIPTIONS_PER_CONNECTION: integer(16, 0, 65_535),
  SHUTDOWN_GRACE_MS: integer(10_000, 0, 3_600_000),
});

type Name = keyof typeof variables.shape;

/** Holds the API key with which the command line asks a server that `--server` names; none of a server's settings. */
export const clientKeyVariable = 'LACUNA_KEY';

/** Names of all variables that are read. */
export const variableNames = variables.keyof().options;

/**
 * Reads the configuration. Empty variables count as absent.
 *
 * @throws INVALID_CONFIG with every problem; any other variable that starts with `LACUNA_` is one, since none is
 * called so.
 */
export function readConfig(env: Environment): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, text]) => text !== ''));
  const parsed = variables.safeParse(present);
  const wrongNames = new Set(parsed.error?.issues.map(({ path }) => path[0] as Name));
  const [first, ...others] = [
    ...unknownVariables(env),
    ...[...wrongNames].map((name) => problemOf(name, env[name] ?? '')),
    ...unnamedHost(present),
  ];
  if (first !== undefined) throw problemsError([first, ...others]);
  return configOf(variables.parse(present));
}

function configOf(values: z.output<typeof variables>): Config {
  return {
    host: values.HOST,
    port: values.PORT,
    dataDir: values.DATA_DIR,
    databaseUrl: values.DATABASE_URL,
    retentionDays: values.RETENTION_DAYS,
    minFreeDiskMb: values.MIN_FREE_DISK_MB,
    modelsDir: values.MODELS_DIR,
    datasetsDir: values.DATASETS_DIR,
    plugins: values.PLUGINS,
    device: values.DEVICE,
    threads: values.THREADS,
    logLevel: values.LOG_LEVEL,
    allowedHosts: [...values.ALLOWED_HOSTS, ...ownHosts(values.HOST)],
    allowedOrigins: values.ALLOWED_ORIGINS,
    graphiql: values.GRAPHIQL === null ? !isReachable(values.HOST) : values.GRAPHIQL === '1',
    persistedOperations: values.PERSISTED_OPERATIONS,
    maxQueuedRuns: values.MAX_QUEUED_RUNS,
    maxRunningRuns: values.MAX_RUNNING_RUNS,
    maxRequestCost: values.MAX_REQUEST_COST,
    maxConnections: values.MAX_CONNECTIONS,
    maxWebSockets: values.MAX_WEBSOCKETS,
    maxSubscriptions: values.MAX_SUBSCRIPTIONS,
    maxSubscriptionsPerConnection: values.MAX_SUBSCRIPTIONS_PER_CONNECTION,
    shutdownGraceMs: values.SHUTDOWN_GRACE_MS,
  };
}

/** Programs of this machine reach the server by the address it listens at; no page elsewhere can bear its name. */
function ownHosts(host: string): readonly string[] {
  if (!isReachable(host) || wildcards.includes(host)) return [];
  return [(isIP(host) === 6 ? `[${host}]` : host).toLowerCase()];
}

function integer(fallback: number, min: number, max: number) {
  return digits(min, max).default(fallback).describe(`an integer from ${min} to ${max}`);
}

function digits(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number)
    .pipe(z.int().min(min).max(max));
}

function oneOf<const T extends string>(fallback: T, values: readonly T[]) {
  return z
    .enum(values)
    .default(() => fallback)
    .describe(`one of ${values.join(', ')}`);
}

function folder(fallback: string) {
  return z
    .string()
    .default(fallback)
    .transform((path) => resolve(path))
    .describe('a folder');
}

function list(entry: z.ZodType<string, string>) {
  return z
    .string()
    .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
    .pipe(z.array(entry));
}

/** As Node tells them apart: what begins with a dot or a root is a path. */
function pluginModule(text: string): string {
  return text.startsWith('.') || isAbsolute(text) ? resolve(text) : text;
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

/** Whether a text is the URL of a database, with a host and a name. */
export function isDatabaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname } = new URL(text);
  return ['postgres:', 'postgresql:'].includes(protocol) && hostname !== '' && pathname.length > 1;
}

/** Variables whose values may hold a password. */
const secretNames: readonly Name[] = ['DATABASE_URL'];

/** Whether others than this machine can reach a server that listens there. */
export function isReachable(host: string): boolean {
  return !loopbackPattern.test(host);
}

/** Others reach the server by names that only its owner knows; without them it would refuse all requests. */
function unnamedHost(present: Environment): Problem[] {
  const { data } = variables.pick({ HOST: true, ALLOWED_HOSTS: true }).safeParse(present);
  if (data === undefined || !isReachable(data.HOST) || data.ALLOWED_HOSTS.length > 0) return [];
  const requirement = 'the host names by which clients reach the server, such as lacuna.example';
  const message = `HOST is "${data.HOST}", which others than this machine can reach: ALLOWED_HOSTS must list ${requirement}.`;
  return [
    { path: ['ALLOWED_HOSTS'], code: 'INVALID_CONFIG', message, value: '', limit: requirement },
  ];
}

function problemOf(name: Name, text: string): Problem {
  const requirement = variables.shape[name].description ?? 'valid';
  const value = secretNames.includes(name) ? null : text;
  const shown = value === null ? 'not allowed' : `"${value}"`;
  const message = `${name} is ${shown}; it must be ${requirement}.`;
  return { path: [name], code: 'INVALID_CONFIG', message, value, limit: requirement };
}

function unknownVariables(env: Environment): Problem[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('LACUNA_') && name !== clientKeyVariable)
    .map((name) => ({
      path: [name],
      code: 'INVALID_CONFIG',
      message: `${name} is not a setting; there are: ${variableNames.join(', ')}.`,
      value: name,
      limit: null,
    }));
}
