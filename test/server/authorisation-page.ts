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

What a request is answered that shows this credential or that. How keys and tokens are made is in [API keys and tokens](keys.md); what operations cost, in [the API by example](api.md#cost-and-limits).

* Where there is no key, nothing but reaching the server is needed; it listens at a loopback address only.
* Over HTTP, a request without a good credential is answered with 401, \`WWW-Authenticate: Bearer\` and the code \`UNAUTHENTICATED\`, before its body is read. Other schemes than \`Bearer\` are refused.
* Over WebSocket, the connection is closed with 4403 and the reason. The credential is in the payload of \`connection_init\`, or in the header of the upgrade where a client can set it. It is looked up again for each operation: one that was revoked or has expired starts nothing more, and the operation ends with \`UNAUTHENTICATED\`. What it has started goes on.
* A field that needs a scope which the credential does not have is answered with the error \`FORBIDDEN\`, which names it, and no data.
* Ids of infills, comparisons, datasets and benchmarks cannot be guessed, so any credential of an owner may read one by its id, follow its events and fetch its exports. To all others it is \`NotFoundError\`, null or 404.`;

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
