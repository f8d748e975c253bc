/**
 * Decoders with one thing wrong each, and the right ones they are made from: what the suite is to tell apart.
 */
import assert from 'node:assert/strict';
import type { Fill } from '../../src/decoding/decoder.ts';
import { fillOf, logProbOf } from '../../src/decoding/distribution.ts';
import { openPositions } from '../../src/decoding/positions.ts';
import type { AnyDecoderPlugin } from '../../src/decoding/registry.ts';
import { type DrawPurpose, keyedUniform } from '../../src/numerics/keyed-random.ts';
import { argmax, inverseCdf, subtractDraft } from '../../src/numerics/sampling.ts';
import {
  allowedRow,
  causalRow,
  causalTerms,
  decoderOf,
  draw,
  maskedRow,
  probsOf,
  type State,
  sampled,
} from './plain-decoder.ts';

/** Where a left-to-right decoder can go wrong. */
type LeftToRight = {
  readonly uniform: (state: State, position: number) => number;
  readonly forbid: (state: State, row: Float32Array, position: number) => void;
  readonly report: (
    state: State,
    row: Float32Array,
    fill: Pick<Fill, 'position' | 'tokenId'>,
  ) => Fill;
  readonly finish: (state: State, fills: Fill[]) => Fill[];
  readonly maxSteps: (openCount: number) => number;
};

const right: LeftToRight = {
  uniform: ({ run }, position) => draw(run, 'sample', position),
  forbid: ({ run, ids }, row, position) => run.rules.forbid(row, position, ids),
  report: ({ run }, row, fill) => fillOf(row, fill, run.alternatives),
  finish: (_, fills) => fills,
  maxSteps: (openCount) => openCount,
};

/** Samples from the causal model, left to right. @param flaw - what is done in another way. */
export function leftToRight(flaw: Partial<LeftToRight> = {}): AnyDecoderPlugin {
  const { uniform, forbid, report, finish, maxSteps } = { ...right, ...flaw };
  return decoderOf(
    async (state) => {
      const [position] = openPositions(state.ids);
      assert(position !== undefined, 'A run that is done takes no step.');
      const row = await causalRow(state, position);
      forbid(state, row, position);
      const tokenId = sampled(state, row, uniform(state, position));
      state.ids[position] = tokenId;
      const fills = finish(state, [report(state, row, { position, tokenId })]);
      return { fills, reopened: [] };
    },
    causalTerms,
    maxSteps,
  );
}

/** Flaws of a left-to-right decoder, by name. */
export const leftToRightFlaws = {
  allowsSpecials: { forbid: () => undefined },
  usesOneDraw: { uniform: ({ run }) => draw(run, 'sample', 0) },
  keepsAStream: { uniform: ({ run, runIndex }, at) => draw(run, 'sample', at + 100 * runIndex) },
  ignoresSeeds: {
    uniform: (_, at) => keyedUniform(0n, { purpose: 'sample', position: at, step: 0 }),
  },
  reportsDrawn: {
    report: ({ run }, row, fill) => {
      const { temperature } = run.sampling;
      return fillOf(
        row.map((logit) => logit / (temperature || 1)),
        fill,
        run.alternatives,
      );
    },
  },
  miscounts: {
    finish: (state, fills) => {
      state.passes.causal -= fills[0]?.position === 1 ? 1 : 0;
      return fills;
    },
  },
  repeatsFills: { finish: (_, fills) => [...fills, ...fills] },
  changesKnownText: {
    finish: (state, fills) => {
      const known = state.run.ids.findIndex((id) => id !== null);
      return known === -1 ? fills : fills.map((fill) => ({ ...fill, position: known }));
    },
  },
  understatesItsSteps: { maxSteps: (openCount) => Math.min(openCount, 2) },
} satisfies Record<string, Partial<LeftToRight>>;

/** Where draft and verification can go wrong. */
type Speculation = {
  /** What replaces a rejected draft: max(0, r − q), or r itself. */
  readonly replacement: 'residual' | 'target';
  /** Whether a window that is accepted whole is followed by one more token from r. */
  readonly hasBonus: boolean;
  readonly acceptPurpose: DrawPurpose;
};

const soundSpeculation: Speculation = {
  replacement: 'residual',
  hasBonus: false,
  acceptPurpose: 'accept',
};

/** Drafts with the masked model, verifies with the causal one. @param flaw - what is done in another way. */
export function speculative(flaw: Partial<Speculation> = {}): AnyDecoderPlugin {
  const speculation = { ...soundSpeculation, ...flaw };
  return decoderOf(async (state) => {
    const { run, ids } = state;
    const fills: Fill[] = [];
    let isAccepted = true;
    for (const position of openPositions(ids).slice(0, run.options.window + 1)) {
      const verified = await verify(state, position, speculation);
      isAccepted = verified.isAccepted;
      fills.push(verified.fill);
      if (!isAccepted) break;
    }
    const [next] = openPositions(ids);
    if (speculation.hasBonus && isAccepted && next !== undefined) {
      const row = await allowedCausalRow(state, next);
      fills.push(put(state, row, next, sampled(state, row, draw(run, 'sample', next))));
    }
    return { fills, reopened: [] };
  }, causalTerms);
}

async function verify(
  state: State,
  position: number,
  { replacement, acceptPurpose }: Speculation,
): Promise<{ fill: Fill; isAccepted: boolean }> {
  const { run } = state;
  const row = await allowedCausalRow(state, position);
  const { q, tokenId } = await drafted(state, position);
  const r = probsOf(row, run);
  const acceptDraw = draw(run, acceptPurpose, position);
  const isAccepted = acceptDraw * (q[tokenId] ?? 0) < (r[tokenId] ?? 0);
  if (isAccepted) return { fill: put(state, row, position, tokenId), isAccepted };
  const total = replacement === 'target' ? 1 : subtractDraft(r, q, 1);
  const other = inverseCdf(r, draw(run, 'residual', position), total);
  return { fill: put(state, row, position, other), isAccepted };
}

function put(state: State, row: Float32Array, position: number, tokenId: number): Fill {
  state.ids[position] = tokenId;
  return fillOf(row, { position, tokenId }, state.run.alternatives);
}

async function allowedCausalRow(state: State, position: number): Promise<Float32Array> {
  const row = await causalRow(state, position);
  state.run.rules.forbid(row, position, state.ids);
  return row;
}

async function drafted(
  state: State,
  position: number,
): Promise<{ q: Float64Array; tokenId: number }> {
  const { run } = state;
  const row = await maskedRow(state, run.ids, position);
  run.rules.forbid(row, position, run.ids);
  const q = probsOf(row, run);
  return { q, tokenId: inverseCdf(q, draw(run, 'draft', position), 1) };
}

/**
 * Unmasks the surest position: by the most probable token, as it scores. With the flaw, a token is drawn for each open
 * position first, and the one that came out most probable is kept.
 */
export function surestFirst({ drawsFirst }: { readonly drawsFirst: boolean }): AnyDecoderPlugin {
  return decoderOf(
    async (state) => {
      const { run, ids } = state;
      const candidates = await Promise.all(
        openPositions(ids).map(async (position) => {
          const row = await allowedRow(state, position);
          const tokenId = sampled(
            state,
            row,
            draw(run, 'sample', position, openPositions(ids).length),
          );
          const rank = logProbOf(row, drawsFirst ? tokenId : argmax(row));
          return { position, row, tokenId, rank };
        }),
      );
      const [best] = candidates.sort((a, b) => b.rank - a.rank);
      assert(best !== undefined, 'A run that is done takes no step.');
      const { row, ...fill } = best;
      ids[fill.position] = fill.tokenId;
      return { fills: [fillOf(row, fill, run.alternatives)], reopened: [] };
    },
    async (state, targets) => {
      const open = openPositions(state.ids);
      const terms = open.map(() => 0);
      while (openPositions(state.ids).length > 0) {
        const { position, row } = await surest(state);
        const index = open.indexOf(position);
        terms[index] = logProbOf(row, targets[index] ?? -1);
        state.ids[position] = targets[index] ?? null;
      }
      return terms;
    },
  );
}

async function surest(state: State): Promise<{ position: number; row: Float32Array }> {
  const rows = openPositions(state.ids).map(async (position) => {
    const row = await allowedRow(state, position);
    return { position, row, rank: logProbOf(row, argmax(row)) };
  });
  const [best] = (await Promise.all(rows)).sort((a, b) => b.rank - a.rank);
  assert(best !== undefined, 'There is an open position.');
  return best;
}
