import { describe, expect, it } from 'vitest';
import { builtInDecoders } from '../../src/decoders.ts';
import type { InfillRequest } from '../../src/decoding/infill-request.ts';
import { digestOf } from '../../src/service/input-digest.ts';
import { receiptOf } from '../../src/service/receipt.ts';
import type { RunRow } from '../../src/store/runs.ts';
import { engineOf, outcomeOf, requestOf } from '../conformance/runs.ts';
import { fakeRun } from '../support/fake-answers.ts';
import { scriptedPack } from '../support/scripted-dispatcher.ts';

const facts = {
  decoders: builtInDecoders.descriptions,
  packs: [scriptedPack],
  environment: [{ name: 'lacuna', value: '0.1.0' }],
};
const plugins = new Map(builtInDecoders.plugins.map((plugin) => [plugin.name, plugin]));

/** A request of a decoder and the row of its completed run. */
async function completed(name: string, change: Partial<InfillRequest>) {
  const plugin = plugins.get(name);
  if (plugin === undefined) throw new Error(name);
  const engine = engineOf(plugin);
  const request = requestOf(plugin, change);
  const { promptTokens, settings } = engine.prepare(request);
  const input = { ...request, store: 'FULL' } as const;
  const run: RunRow = {
    ...fakeRun(input, { index: 0, tokensPerMask: 1 }),
    packId: scriptedPack.id,
    modelDigest: scriptedPack.digest,
    status: 'COMPLETED',
    promptTokens,
    settings,
    outcome: await outcomeOf(engine, request),
  };
  return { engine, request, run };
}

const slot = { length: { tokens: 1 }, choices: ['a', 'b'], banned: ['c'] };
const requests: readonly (readonly [string, Partial<InfillRequest>])[] = [
  ['maria', {}],
  ['maria', { decoder: { name: 'maria', options: { draftWindow: 3 } }, alternatives: 2 }],
  ['maria', { sampling: { temperature: 1, topK: 5, topP: 0.5, repetitionPenalty: 1.5 } }],
  ['autoregressive', { source: { text: 'a [MASK:1-2] b' }, lengthSearch: 'DECODE_ALL' }],
  ['autoregressive', { source: { segments: [{ text: 'x' }, { slot }] }, samples: 2 }],
  ['masked-lm', {}],
  [
    'masked-lm',
    { decoder: { name: 'masked-lm', options: { commit: 'threshold', threshold: 0.2 } } },
  ],
  ['masked-lm', { decoder: { name: 'masked-lm', options: { revise: 'mask-predict' } } }],
  ['diffusion', { seed: 2n ** 63n - 1n, sampling: { temperature: 0.7 } }],
  ['diffusion', { decoder: { name: 'diffusion', options: { revise: 'remdm' } } }],
];

describe('a receipt', () => {
  it.each(requests)('of %s has a request that does the same again: %o', async (name, change) => {
    const { engine, request, run } = await completed(name, change);
    const receipt = receiptOf(run, facts);
    if (receipt === null) throw new Error('There is no receipt.');
    const again = { ...receipt.request, seed: BigInt(receipt.request.seed) };
    expect(engine.prepare(again)).toEqual(engine.prepare(request));
    const { slots } = await outcomeOf(engine, again);
    expect(slots.flatMap(({ tokens }) => tokens)).toMatchObject(receipt.tokens);
  });

  it('tells the pack, its writer, and a digest of all it says', async () => {
    const { run } = await completed('maria', {});
    const { digest, ...rest } = receiptOf(run, facts) ?? {};
    expect(rest).toMatchObject({
      format: 'lacuna-receipt',
      id: run.id,
      createdAt: run.createdAt.toISOString(),
      pack: { id: 'scripted', digest: 'd1', version: '1', device: 'cpu' },
      writtenBy: { lacuna: '0.1.0' },
      promptTokens: run.outcome?.promptTokens,
      text: run.outcome?.text,
    });
    expect(digest).toBe(digestOf(rest));
    expect(receiptOf(run, { ...facts, packs: [] })?.pack).toMatchObject({ device: null });
  });

  it('is none of a run that has no end or no text', async () => {
    const { run } = await completed('maria', {});
    const others: Partial<RunRow>[] = [
      { status: 'CANCELLED' },
      { source: null },
      { outcome: null },
      { decoderName: 'gone' },
    ];
    for (const other of others) expect(receiptOf({ ...run, ...other }, facts)).toBeNull();
  });
});
