/**
 * Slots with choices, whose positions depend on each other within one pass: a token that some choice has may rule out
 * what another position of that slot would draw from the same distributions. So one of them is committed per pass.
 *
 * Knows groups of positions; knows no choices.
 */
import type { Run } from './decoder.ts';
import { openPositions } from './positions.ts';
import type { TokenRules } from './token-rules.ts';

/** What is committed per pass of positions in the order given: the first of each group, and all that are of none. */
export function firstOfEachGroup<T extends { readonly position: number }>(
  candidates: readonly T[],
  rules: TokenRules,
): T[] {
  const taken = new Set<number>();
  return candidates.filter(({ position }) => {
    const group = rules.groupOf(position);
    if (group === null) return true;
    if (taken.has(group)) return false;
    taken.add(group);
    return true;
  });
}

/** Whether two open positions of the run are of one group. */
export function hasSharedGroup({ ids, rules }: Pick<Run<unknown>, 'ids' | 'rules'>): boolean {
  const open = openPositions(ids).map((position) => ({ position }));
  return firstOfEachGroup(open, rules).length < open.length;
}
