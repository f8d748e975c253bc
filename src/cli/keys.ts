/**
 * `lacuna keys`: makes, lists and revokes the API keys of the data folder or of DATABASE_URL, on this machine.
 *
 * Knows options and wording; what a key may be like is the service's.
 */
import { Command } from 'commander';
import type { ApiKey, CreatedApiKey, NewApiKey } from '../service/identity.ts';
import type { Scope } from '../service/service.ts';
import type { CommandContext } from './command-context.ts';
import { durationOf } from './duration.ts';
import { FlagProblems } from './flag-problems.ts';
import { withKeys } from './key-keeper.ts';
import { textWidth } from './screen.ts';
import { tableOf } from './table.ts';

type CreateFlags = {
  readonly name: string;
  readonly scopes: string;
  readonly owner?: string;
  readonly costPerMinute?: string;
  readonly expires?: string;
  readonly json?: true;
};

const scopeOfWord: Readonly<Record<string, Scope>> = {
  read: 'READ',
  infill: 'INFILL',
  admin: 'ADMIN',
};

const headings = ['ID', 'NAME', 'OWNER', 'SCOPES', 'COST/MIN', 'CREATED', 'EXPIRES', 'STATE'];

const scopeHelp = `
Scopes:
  read    list the owner's infills
  infill  fill, score and cancel; mint tokens for browsers
  admin   both, delete infills, and read the metrics

The secret is written alone to standard output, so this keeps it in a variable:
  $ KEY=$(lacuna keys create --name site --scopes infill)
`;

/** Returns the command with its subcommands. */
export function keysCommand(context: CommandContext): Command {
  return new Command('keys')
    .description('Make, list and revoke API keys, on this machine.')
    .addCommand(createCommand(context))
    .addCommand(listCommand(context))
    .addCommand(revokeCommand(context));
}

function createCommand(context: CommandContext): Command {
  return new Command('create')
    .description('Make a key; its secret is shown this once.')
    .requiredOption('--name <name>', 'what people call it; no two active keys have one name')
    .requiredOption('--scopes <list>', 'read, infill, admin, separated by commas')
    .option('--owner <owner>', 'whose infills it makes and sees; the name by default')
    .option('--cost-per-minute <cost>', 'most cost per minute; no limit by default')
    .option('--expires <span>', 'such as 90d, 12h or 30m; never by default')
    .option('--json', 'print a JSON object with the secret')
    .addHelpText('after', scopeHelp)
    .action(async (flags: CreateFlags) => {
      const input = newKeyOf(flags, Date.now());
      const created = await withKeys(context, (keys) => keys.createKey(input));
      writeCreated(created, context, flags.json === true);
    });
}

function listCommand(context: CommandContext): Command {
  return new Command('list')
    .description('List all keys, without their secrets.')
    .option('--json', 'print a JSON array')
    .action(async ({ json }: { readonly json?: true }) => {
      const keys = await withKeys(context, (keeper) => keeper.listKeys());
      context.write(`${json ? asJson(keys) : keyTable(keys, textWidth(context.stdout))}\n`);
    });
}

function revokeCommand(context: CommandContext): Command {
  return new Command('revoke')
    .description('End a key, and the tokens that were minted with it, at once.')
    .argument('<id>', 'as in `lacuna keys list`')
    .option('--json', 'print a JSON object')
    .action(async (id: string, { json }: { readonly json?: true }) => {
      const key = await withKeys(context, (keys) => keys.revokeKey(id));
      const sentence = `The key ${key.id} (${key.name}) is revoked.`;
      context.write(`${json ? asJson(key) : sentence}\n`);
    });
}

function newKeyOf(flags: CreateFlags, now: number): NewApiKey {
  const problems = new FlagProblems();
  const input = {
    name: flags.name,
    owner: flags.owner ?? flags.name,
    scopes: scopesOf(flags.scopes, problems),
    costPerMinute: problems.integer('--cost-per-minute', flags.costPerMinute) ?? null,
    expiresAt: expiryOf(flags.expires, now, problems),
  };
  problems.throwIfAny();
  return input;
}

function scopesOf(text: string, problems: FlagProblems): readonly Scope[] {
  return text.split(',').flatMap((part) => {
    const scope = scopeOfWord[part.trim().toLowerCase()];
    if (scope === undefined) {
      const known = Object.keys(scopeOfWord).join(', ');
      problems.add('--scopes', `"${part}" is not a scope; there are: ${known}.`);
      return [];
    }
    return scope;
  });
}

function expiryOf(text: string | undefined, now: number, problems: FlagProblems): Date | null {
  if (text === undefined) return null;
  const span = durationOf(text);
  if (span === undefined) {
    problems.add('--expires', `"${text}" is not a span of time such as 90d, 12h or 30m.`);
    return null;
  }
  return new Date(now + span);
}

/** The secret alone on standard output; all else goes where it is read but not kept. */
function writeCreated(
  { secret, key }: CreatedApiKey,
  { write, stderr }: CommandContext,
  isJson: boolean,
): void {
  if (isJson) {
    write(`${asJson({ ...key, secret })}\n`);
    return;
  }
  write(`${secret}\n`);
  const end =
    key.expiresAt === null ? 'until it is revoked' : `until ${key.expiresAt.toISOString()}`;
  stderr.write(
    `This is the secret of key ${key.id} (${key.name}), good ${end}.\n` +
      'Keep it now: it cannot be shown again. Clients send "Authorization: Bearer" with it.\n',
  );
}

function keyTable(keys: readonly ApiKey[], columns: number): string {
  if (keys.length === 0) return 'There are no keys.';
  return tableOf(headings, keys.map(cellsOf), columns);
}

function cellsOf({ id, name, owner, scopes, costPerMinute, ...key }: ApiKey): string[] {
  return [
    id,
    name,
    owner,
    scopes.join(',').toLowerCase(),
    costPerMinute === null ? '-' : String(costPerMinute),
    minuteOf(key.createdAt),
    key.expiresAt === null ? 'never' : minuteOf(key.expiresAt),
    key.state.toLowerCase(),
  ];
}

/** `2026-01-02T03:04Z` */
function minuteOf(time: Date): string {
  return time.toISOString().replace(/:\d\d\.\d{3}Z$/, 'Z');
}

function asJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
