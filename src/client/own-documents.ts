/**
 * Every operation that Lacuna's command line sends, as text.
 */
import * as generated from './generated/graphql.ts';

/** Their documents; fragments that are no operation of their own are left out. */
export function ownDocuments(): ReadonlySet<string> {
  return new Set(
    Object.entries(generated)
      .filter(([name]) => name.endsWith('Document'))
      .map(([, document]) => String(document)),
  );
}
