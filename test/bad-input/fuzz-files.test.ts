/**
 * Mutated files of packs and checkpoints, and random templates: each is taken, or refused by a named error.
 *
 * A failure names its seed and the smallest input it was found with.
 */
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { InfillError } from '../../src/errors.ts';
import { readSafetensorsHeader } from '../../src/packs/checkpoint/safetensors.ts';
import { loadPackDescription } from '../../src/packs/load-pack.ts';
import { openTokenizer } from '../../src/text/byte-level-tokenizer.ts';
import { readTemplate } from '../../src/text/template-notation.ts';
import { damagedCopy, reseal } from '../support/damaged-pack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { buildTinyPack, writeTinyPack } from '../support/tiny-pack.ts';
import { tinyTokenizer } from '../support/tiny-tokenizer.ts';
import { oddText, withOddValues } from './odd-values.ts';

const root = temporaryFolder();
let pack = '';
let causal = '';
beforeAll(async () => {
  pack = await writeTinyPack(root, { seed: 3, layers: 1, hiddenSize: 8, heads: 2 });
  causal = join(root, 'causal');
}, 60_000);

/** Wall time, not runs, bounds what a slow machine does. */
const bounds = { seed: 20_262, interruptAfterTimeLimit: 12_000 } as const;

/** An `InfillError` of one of `codes`, or nothing. */
async function expectNamed(codes: readonly string[], work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof InfillError)) throw error;
    expect(codes).toContain(error.code);
    expect(error.message).not.toMatch(/undefined is not|Cannot read prop|is not a function/);
  }
}

const noise = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), {
  minLength: 1,
  maxLength: 8,
});
const cutAt = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 5 });

/** Bytes with some of them changed, and perhaps cut. */
function mutated(
  bytes: Buffer,
  changes: readonly (readonly [number, number])[],
  cut: number | null,
): Buffer {
  const copy = Buffer.from(bytes);
  for (const [at, value] of changes) copy[Math.floor(at * (copy.length - 1))] = value;
  return cut === null ? copy : copy.subarray(0, Math.floor(cut * copy.length));
}

/** JSON text with the value of one of its fields exchanged. */
function withField(json: unknown, at: number, value: unknown): string {
  let count = 0;
  JSON.stringify(json, (_, each) => {
    count += 1;
    return each;
  });
  let index = -1;
  return JSON.stringify(json, (_, each) => {
    index += 1;
    return index === at % count ? value : each;
  });
}

describe('a pack', { timeout: 60_000 }, () => {
  it('with any value in a place of pack.json is refused by name', async () => {
    const manifest = JSON.parse(readFileSync(join(pack, 'pack.json'), 'utf8'));
    const copy = damagedCopy(root, pack, () => undefined);
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), withOddValues, async (at, value) => {
        writeFileSync(join(copy, 'pack.json'), withField(manifest, at, value));
        await expectNamed(['INVALID_PACK'], () => loadPackDescription(copy));
      }),
      { ...bounds, numRuns: 300 },
    );
  });

  it('with changed bytes of a graph, sealed, is refused by name or keeps its contract', async () => {
    const name = 'causal-backbone.onnx';
    const graph = readFileSync(join(pack, name));
    const copy = damagedCopy(root, pack, () => undefined);
    await fc.assert(
      fc.asyncProperty(noise, cutAt, async (changes, cut) => {
        writeFileSync(join(copy, name), mutated(graph, changes, cut));
        reseal(copy);
        await expectNamed(['INVALID_PACK'], () => loadPackDescription(copy));
      }),
      { ...bounds, numRuns: 300 },
    );
  });

  it('with any value in a place of tokenizer.json has a tokenizer or is refused by name', async () => {
    const json = tinyTokenizer(260);
    await fc.assert(
      fc.asyncProperty(fc.nat(2000), withOddValues, async (at, value) => {
        const text = withField(json, at % 40, value);
        await expectNamed(['INVALID_PACK'], () => openTokenizer(text).encode('A cat.'));
      }),
      { ...bounds, numRuns: 500 },
    );
  });
});

describe('a checkpoint', { timeout: 60_000 }, () => {
  it('with any value in a place of config.json is built or refused by name', async () => {
    const config = JSON.parse(readFileSync(join(causal, 'config.json'), 'utf8'));
    const codes = ['INVALID_CHECKPOINT', 'UNSUPPORTED_CHECKPOINT', 'INVALID_PACK'];
    const causalFolder = damagedCopy(root, causal, () => undefined);
    await fc.assert(
      fc.asyncProperty(fc.nat(100), withOddValues, async (at, value) => {
        writeFileSync(join(causalFolder, 'config.json'), withField(config, at, value));
        const outFolder = join(mkdtempSync(join(root, 'out-')), 'pack');
        await expectNamed(codes, () => buildTinyPack({ causalFolder, outFolder }));
      }),
      { ...bounds, numRuns: 200 },
    );
  });

  it('with changed bytes of its header is read or refused by name', async () => {
    const bytes = readFileSync(join(causal, 'model.safetensors'));
    const head = 8 + Number(bytes.readBigUInt64LE());
    const path = join(root, 'model.safetensors');
    await fc.assert(
      fc.asyncProperty(noise, cutAt, async (changes, cut) => {
        const header = mutated(bytes.subarray(0, head), changes, cut);
        writeFileSync(path, Buffer.concat([header, bytes.subarray(head)]));
        const file = { path, name: 'model.safetensors', size: statSync(path).size };
        await expectNamed(['INVALID_CHECKPOINT'], () => readSafetensorsHeader(file));
      }),
      { ...bounds, numRuns: 500 },
    );
  });
});

describe('a template', () => {
  it('of any text is read, or has problems that tell where and what', () => {
    fc.assert(
      fc.property(oddText, (text) => {
        const { problems } = readTemplate(text, ['source', 'text']);
        for (const { path, code, message } of problems) {
          expect(path.slice(0, 2)).toEqual(['source', 'text']);
          expect(code).toBe('INVALID_TEMPLATE');
          expect(message).toMatch(/^[A-Z].*\.$/su);
        }
      }),
      { seed: 20_263, numRuns: 5000 },
    );
  });
});
