/**
 * Names of models on a hub: `owner/name`, or `owner/name@revision`.
 */

/** A model at a revision. */
export type HubModel = {
  readonly owner: string;
  readonly name: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
};

const part = String.raw`[A-Za-z0-9](?:[\w.-]{0,94}[A-Za-z0-9_])?`;
const pattern = new RegExp(`^(${part})/(${part})(?:@([A-Za-z0-9][\\w./+-]{0,199}))?$`);

/** Reads a name; null for a text that is none, such as a path. */
export function parseHubName(text: string): HubModel | null {
  const [, owner = '', name = '', revision = 'main'] = pattern.exec(text) ?? [];
  // Two dots would lead out of the folder a revision is kept under; two hyphens tell owner and name apart there.
  const isName = owner !== '' && !/\.\.|\/\/|\/$|\.lock$/.test(revision);
  if (!isName || /--|\.\./.test(`${owner}/${name}`)) return null;
  return { owner, name, revision };
}

/** `owner/name`. */
export function hubPath({ owner, name }: HubModel): string {
  return `${owner}/${name}`;
}

/** Whether a revision is a commit, which never becomes another one. */
export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}
