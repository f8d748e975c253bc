/**
 * Decoders on models that compute: random ones of two layers, and the bundled pack.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInDecoders } from '../../src/decoders.ts';
import type { InfillRequest } from '../../src/decoding/infill-request.ts';
import { type OpenPack, openPack } from '../../src/packs/open-pack.ts';
import { bundledFolder } from '../support/bundled-pack.ts';
import { writeTinyPack } from '../support/tiny-pack.ts';
import { checkTimeoutMs, engineOf, idsOf, outcomeOf, requestOf } from './runs.ts';
import { withoutCache } from './watched-models.ts';

const never = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'lacuna-test-'));
const exactDecoders = builtInDecoders.plugins.filter(
  (plugin) => plugin.likelihood(plugin.options.parse({})) === 'CHAIN_RULE',
);
const cachedDecoders = builtInDecoders.plugins.filter(({ roles }) => roles.includes('causal'));

/** At temperatures and lengths where a cache that is off by one shows. */
const requests: readonly Partial<InfillRequest>[] = [
  { source: { text: '[MASK:9] there was a[MASK:3] who [MASK] by the sea.' }, seed: 3n },
  { source: { text: 'The[MASK:20]' }, sampling: { temperature: 1 }, seed: 4n, alternatives: 3 },
  { source: { text: '[MASK] a [MASK:2][MASK:4] b[MASK]' }, sampling: { temperature: 2 }, seed: 5n },
];

const open = new Map<string, OpenPack>();
beforeAll(async () => {
  const options = { device: 'cpu', threads: 1 } as const;
  open.set('bundled', await openPack(bundledFolder, options));
  open.set('tiny', await openPack(await writeTinyPack(folder, { seed: 3 }), options));
}, checkTimeoutMs);
afterAll(async () => {
  for (const pack of open.values()) await pack.close();
  rmSync(folder, { recursive: true, force: true });
});

function packOf(name: string): OpenPack {
  const pack = open.get(name);
  if (pack === undefined) throw new Error(`Pack "${name}" is open.`);
  return pack;
}

describe.each(['tiny', 'bundled'])('on the %s pack', { timeout: checkTimeoutMs }, (name) => {
  it.each(cachedDecoders)('$name gives the same bits without a cache', async (plugin) => {
    const { models, tokenizer } = packOf(name);
    for (const change of requests) {
      const cached = engineOf(plugin, { models, tokenizer });
      const uncached = engineOf(plugin, { models: withoutCache(models), tokenizer });
      const request = requestOf(plugin, change);
      const expected = await outcomeOf(uncached, request);
      expect(await outcomeOf(cached, request)).toEqual(expected);
    }
  });

  it.each(builtInDecoders.plugins)('$name fills alike beside other runs', async (plugin) => {
    const { models, tokenizer } = packOf(name);
    const engine = engineOf(plugin, { models, tokenizer });
    const alone: unknown[] = [];
    for (const change of requests) {
      alone.push((await outcomeOf(engine, requestOf(plugin, change))).slots);
    }
    const beside = await Promise.all(
      requests.map((change) => outcomeOf(engine, requestOf(plugin, change))),
    );
    expect(beside.map(({ slots }) => slots)).toEqual(alone);
  });

  it.each(exactDecoders)('$name scores what it drew as it reported it', async (plugin) => {
    const { models, tokenizer } = packOf(name);
    const engine = engineOf(plugin, { models, tokenizer });
    for (const change of requests) {
      // As tokens: a text is scored without the rule of the owned space.
      const { promptTokens } = engine.prepare(requestOf(plugin, change));
      const request = requestOf(plugin, { ...change, source: { tokens: promptTokens } });
      const outcome = await outcomeOf(engine, request);
      const fill = { tokens: idsOf(outcome) };
      const { likelihood } = await engine.score({ request, fill, draws: 1 }, never);
      expect(likelihood.logProb).toBeCloseTo(outcome.likelihood?.logProb ?? Number.NaN, 9);
    }
  });
});
