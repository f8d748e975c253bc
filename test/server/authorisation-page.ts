/**
 * `docs/authorisation.md` from the answers that the tests saw.
 */
import {
  type CredentialName,
  credentials,
  credentialTexts,
  type FieldRow,
  type PathRow,
  type Verdict,
} from './authorisation-matrix.ts';

/** Answers of a row by credential. */
export type Answers = ReadonlyMap<CredentialName, Verdict>;

const introduction = `# Authorisation

A server without API keys is for its machine alone: it listens at a loopback address, and whoever reaches it may do everything. Once there is a key, whatever its state, every operation needs a credential:

\`\`\`sh
lacuna keys create --name site --scopes read,infill --cost-per-minute 10000
curl http://127.0.0.1:4000/graphql -H "Authorization: Bearer lk_…" -H 'Content-Type: application/json' -d '{"query":"{ viewer { owner scopes } }"}'
\`\`\`

* Over HTTP, \`Authorization: Bearer …\`. Without a good one the answer is 401 with \`WWW-Authenticate\` and the code \`UNAUTHENTICATED\`, before the body is read.
* Over WebSockets, \`{ "authorization": "Bearer …" }\` as the payload of \`connection_init\`, or the header of the upgrade where a client can set it. A bad one closes the connection with 4403 and the reason. It is looked up again for each operation: a key that was revoked, or a token that has expired, starts nothing more, and each operation ends with \`UNAUTHENTICATED\`. What it has started goes on.
* \`READ\` lists the infills of the key's owner. \`INFILL\` starts, cancels and scores infills, and mints tokens. \`ADMIN\` is everything. A field that needs another scope is answered with an error, \`FORBIDDEN\`, that names the scope.
* Ids of infills cannot be guessed, so any credential of their owner may read one and follow its events. To all others an infill is \`NOT_FOUND\`, or null.
* Browsers get client tokens in place of keys: \`mintClientToken\`, at most an hour, for some pages, with a budget of cost. A token may do what \`INFILL\` allows but mint tokens.
* Commands on the machine find the running server and its secret in the lock file of the data folder: they need no key, and nothing is charged.
* The keys are for HTTPS: put a server that ends TLS before Lacuna where others reach it, and set \`HOST\` and \`ALLOWED_HOSTS\` ([configuration](configuration.md)).

What operations cost, and what a key or token may spend, is in [the API by example](api.md#cost-and-limits).`;

/** The page. */
export function authorisationPage(
  fields: readonly (readonly [FieldRow, Answers])[],
  paths: readonly (readonly [PathRow, Answers])[],
): string {
  return `${[
    introduction,
    '## Who may do what',
    'Tests send each of these to a server with each credential, subscriptions over server-sent events and WebSockets, and write this page.',
    credentials.map((name) => `* **${name}**: ${credentialTexts[name]}`).join('\n'),
    table(fields.map(([{ field }, answers]) => [`\`${field}\``, answers])),
    'At other paths, and with other methods, the status of HTTP:',
    table(
      paths.map(([{ method, path, what }, answers]) => [`\`${method} ${path}\`, ${what}`, answers]),
    ),
  ].join('\n\n')}\n`;
}

function table(rows: readonly (readonly [string, Answers])[]): string {
  const lines = rows.map(([name, answers]) =>
    [name, ...credentials.map((credential) => shown(answers.get(credential) ?? ''))].join(' | '),
  );
  const head = ['', ...credentials].join(' | ');
  const rule = ['---', ...credentials.map(() => '---')].join(' | ');
  return [head, rule, ...lines].map((line) => `| ${line} |`).join('\n');
}

function shown(verdict: Verdict): string {
  return verdict === 'UNAUTHENTICATED' ? '401' : verdict;
}
