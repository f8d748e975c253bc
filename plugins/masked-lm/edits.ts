/**
 * Replacing committed tokens: where, in a pass that has the token in place, another one is more probable than a
 * threshold of at least ½.
 *
 * Knows committed positions; knows not how the open ones are filled.
 */
import type { Fill, Run } from '../../src/decoding/decoder.ts';
import type { Denoiser } from '../../src/decoding/denoiser.ts';
import { fillOf, logProbOf } from '../../src/decoding/distribution.ts';
import { firstOfEachGroup } from '../../src/decoding/slot-groups.ts';
import { argmax } from '../../src/numerics/sampling.ts';

/** Two tokens can replace each other without end; this many replacements per position end it. */
export const maxEditsPerPosition = 4;

/** The edits of one run. */
export class Edits {
  readonly #counts = new Map<number, number>();

  /**
   * Returns the replacements of one pass and counts them; commits nothing.
   *
   * @param next - open positions that the same pass commits: their groups have had their commit.
   */
  async find(
    denoiser: Denoiser,
    { rules, alternatives }: Run<unknown>,
    { threshold, next }: { readonly threshold: number; readonly next: readonly number[] },
  ): Promise<Fill[]> {
    const editable = denoiser.committed.filter((position) => !this.#isSpent(position));
    const replacements: Fill[] = [];
    await denoiser.forEachRow(editable, (row, position) => {
      const tokenId = argmax(row);
      if (tokenId === denoiser.ids[position] || Math.exp(logProbOf(row, tokenId)) <= threshold)
        return;
      replacements.push(fillOf(row, { position, tokenId }, alternatives));
    });
    const claims = [...next.map((position) => ({ position })), ...replacements];
    const allowed = new Set(firstOfEachGroup(claims, rules).map(({ position }) => position));
    const edits = replacements.filter(({ position }) => allowed.has(position));
    for (const { position } of edits) {
      this.#counts.set(position, (this.#counts.get(position) ?? 0) + 1);
    }
    return edits;
  }

  /** Whether none of `positions` can be edited again. */
  areSpent(positions: readonly number[]): boolean {
    return positions.every((position) => this.#isSpent(position));
  }

  #isSpent(position: number): boolean {
    return (this.#counts.get(position) ?? 0) >= maxEditsPerPosition;
  }
}
