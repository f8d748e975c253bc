/**
 * Decoders of plugins in the built worker, beside built-in ones on the same pack.
 *
 * `npm run build` comes first: a child process runs JavaScript only.
 */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InfillRequest } from '../../src/decoding/infill-request.ts';
import type { RunProgress } from '../../src/decoding/run-event.ts';
import type { Dispatcher } from '../../src/dispatch/dispatcher.ts';
import { openLocalDispatcher } from '../../src/dispatch/local-dispatcher.ts';
import type { WorkerNotice } from '../../src/dispatch/worker-process.ts';
import { packageRoot } from '../../src/package-root.ts';
import { bundledFolder, bundledId as packId } from '../support/bundled-pack.ts';
import { collectNotices, readAll } from '../support/scripted-dispatch.ts';

const text = 'Once upon a time there was a[MASK:3].';
const { observe, notices, nth } = collectNotices<WorkerNotice>();
let dispatcher: Dispatcher;
let runCount = 0;

function plugin(path: string, decoderName: string) {
  const specifier = resolve(import.meta.dirname, '..', path);
  const module = pathToFileURL(specifier).href;
  return { decoderName, roles: ['causal'], module, specifier } as const;
}

beforeAll(async () => {
  dispatcher = await openLocalDispatcher({
    workerPath: join(packageRoot(), 'dist/src/worker.js'),
    packs: [{ folder: bundledFolder }],
    device: 'cpu',
    threads: 1,
    limits: { maxQueued: 8, maxRunning: 2, maxBytes: 2 ** 30 },
    timing: { pingMs: 100, firstRestartMs: 1, maxRestartMs: 1 },
    decoders: {
      builtIn: ['maria', 'autoregressive'],
      plugins: [
        plugin('fixtures/plugins/hostile.mjs', 'hostile'),
        plugin('fixtures/plugins/hostile.mjs', 'unmade'),
        { ...plugin('fixtures/plugins/none.mjs', 'missing'), roles: ['fusion'] },
      ],
    },
    pluginTiming: { hangMs: 1500, stepTimeoutMs: 500, scoreTimeoutMs: 500 },
    observe,
  });
}, 60_000);

afterAll(async () => {
  await dispatcher.close();
});

function requestOf(name: string, options = {}, source = text): InfillRequest {
  return {
    source: { text: source },
    decoder: { name, options },
    sampling: { temperature: 1 },
    seed: 7n,
    alternatives: 0,
    samples: 1,
    lengthSearch: 'CAL',
  };
}

function run(request: InfillRequest): Promise<RunProgress[]> {
  runCount += 1;
  return readAll(dispatcher.admit(packId, `run ${runCount}`, request).start());
}

const tokensOf = (entries: readonly RunProgress[]) =>
  entries.flatMap((entry) => (entry.type === 'committed' ? entry.tokens.map(({ id }) => id) : []));

describe('a decoder of a plugin', { timeout: 30_000 }, () => {
  it('is offered by the packs that have its roles', () => {
    expect(dispatcher.packs[0]?.decoderNames).toEqual(
      expect.arrayContaining(['maria', 'hostile', 'unmade', 'missing']),
    );
  });

  it('starts no worker before it is needed', () => {
    expect(notices).toMatchObject([{ type: 'ready', decoderName: null }]);
  });

  it('fills', async () => {
    const entries = await run(requestOf('hostile'));

    expect(tokensOf(entries)).toEqual([300, 300, 300]);
    expect(entries.at(-1)?.type).toBe('completed');
    expect(notices.at(-1)).toMatchObject({ type: 'ready', packId, decoderName: 'hostile' });
  });

  it('leaves the pack ready while its own worker is down', async () => {
    await run(requestOf('hostile', { fault: 'exits' }));

    expect(dispatcher.stateOf(packId)).toBe('READY');
  });
});

describe('a decoder of a plugin that', { timeout: 30_000 }, () => {
  let alone: readonly number[];
  beforeAll(async () => {
    alone = tokensOf(await run(requestOf('maria')));
  });

  it.each([
    ['throws', 'failed in step 0.'],
    ['hangs', 'said nothing for 1500 ms and was ended by SIGKILL.'],
    ['never-settles', 'failed in step 0: it took more than 500 ms.'],
    ['loops', 'failed in step 0: it took more than 500 ms.'],
    ['exits', 'exited with code 3.'],
    ['strays-later', 'exited with code 1.'],
    ['nan-log-prob', 'the log-probability at position 7 is NaN.'],
    ['nan-token', 'it commits token NaN at position 7, which may not stand there.'],
    ['foreign-token', 'it commits token 10000000 at position 7, which may not stand there.'],
    ['banned-token', 'at position 7, which may not stand there.'],
    ['known-position', 'position 0, which its run does not have open.'],
    ['no-position', 'position 100000, which its run does not have open.'],
    ['twice', 'it commits or reopens a position twice in one step.'],
    ['bad-alternatives', 'the alternatives at position 7 are not tokens with log-probabilities.'],
    ['no-results', 'a step gave 0 results for 1 runs.'],
    ['no-list', 'a step gave null in place of a list.'],
    ['no-fills', 'a result has no fills, reopened positions or done.'],
    ['done-early', 'it was done with 3 positions open.'],
    ['endless', 'it takes more than 3 steps.'],
    ['no-bound', 'The step bound of decoder "hostile" is NaN.'],
    ['no-state', 'a run began without a state that counts its passes.'],
    ['end-throws', 'failed at the end.'],
  ])('%s fails its own run by name, and no other', async (fault, message) => {
    const [failed, beside] = await Promise.all([
      run(requestOf('hostile', { fault })),
      run(requestOf('maria')),
    ]);

    expect(failed.at(-1)).toMatchObject({
      type: 'failed',
      error: { message: expect.stringContaining('ecoder "hostile"') },
    });
    expect(failed.at(-1)).toMatchObject({ error: { message: expect.stringContaining(message) } });
    expect(JSON.stringify(failed.at(-1))).not.toContain('nobody else may read');
    expect(tokensOf(beside)).toEqual(alone);
    expect(beside.at(-1)?.type).toBe('completed');
  });

  it('works on after its limit has its worker replaced', async () => {
    const failures = () => notices.filter(({ type }) => type === 'failed').length;
    const before = failures();
    await run(requestOf('hostile', { fault: 'loops' }));

    expect((await nth('failed', before + 1)).error.message).toBe(
      'The worker of decoder "hostile" exited with code 1.',
    );
    expect((await run(requestOf('hostile'))).at(-1)?.type).toBe('completed');
  });

  it('hangs leaves the places of the others free', async () => {
    const hung = [1, 2].map(() => run(requestOf('hostile', { fault: 'hangs' })));
    const ends: string[] = [];
    await Promise.all([
      ...hung.map((entries) => entries.then(() => ends.push('hung'))),
      run(requestOf('maria')).then(() => ends.push('maria')),
    ]);

    expect(ends[0]).toBe('maria');
  });

  it('cannot be made is refused by name, and its runs fail', async () => {
    const named = expect.stringContaining('decoder "unmade" cannot be had: it threw (Error).');

    await expect(dispatcher.prepare(packId, requestOf('unmade'))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: named,
    });
    expect((await run(requestOf('unmade'))).at(-1)).toMatchObject({
      type: 'failed',
      error: { message: named },
    });
  });

  it.each([
    ['none', 'DECODE_FAILED', 'a score is NaN.'],
    ['throws', 'DECODE_FAILED', 'failed while it scored.'],
    ['never-settles', 'DECODE_FAILED', 'it took more than 500 ms.'],
    ['exits', 'WORKER_FAILED', 'exited with code 3.'],
  ])('cannot score (%s) fails the score by name', async (fault, code, message) => {
    const request = requestOf('hostile', { fault });
    const score = { request, fill: { tokens: [300, 300, 300] }, draws: 1 };
    const scoring = dispatcher.score(packId, score, new AbortController().signal);

    await expect(scoring).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/ecoder "hostile"/),
    });
    await expect(scoring).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });
});

describe('the dispatcher', { timeout: 30_000 }, () => {
  it('names the decoders there are when asked for another', async () => {
    await expect(dispatcher.prepare(packId, requestOf('nobody'))).rejects.toMatchObject({
      code: 'UNKNOWN_DECODER',
      message:
        'There is no decoder "nobody"; there are: maria, autoregressive, hostile, unmade, missing.',
    });
  });

  it('repeats the beginning only of a long name', async () => {
    await expect(dispatcher.prepare(packId, requestOf('n'.repeat(10_000)))).rejects.toMatchObject({
      message: expect.stringMatching(/^There is no decoder "n{100}…"; there are: /),
    });
  });

  it('names the decoder whose module is gone, and no file', async () => {
    await expect(dispatcher.prepare(packId, requestOf('missing'))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message:
        'The worker of decoder "missing" cannot start (INVALID_PLUGIN); the server\'s log says why.',
    });
  });
});
