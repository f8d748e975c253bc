/**
 * Every bad input has the answer that `docs/bad-input.md` tells, and changes nothing.
 *
 * `npm run build` comes first. After a change of an answer, `vitest run -u test/bad-input` writes the page anew.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import type { Answer, Area } from './answer.ts';
import { fileAreas } from './files.ts';
import { type Folders, makeFolders } from './folders.ts';
import { inputAreas } from './graphql-inputs.ts';
import { operationAreas } from './graphql-operations.ts';
import { httpAreas } from './http-requests.ts';
import { type AnsweredArea, badInputPage } from './page.ts';
import { pluginAreas } from './plugins.ts';
import { type ServerUnderTest, startServerUnderTest } from './server-under-test.ts';
import { commandAreas, settingAreas } from './settings.ts';
import { submissionAreas } from './submissions.ts';
import { webSocketAreas } from './websocket-frames.ts';

const answered: AnsweredArea[] = [];

describe('the running server', () => {
  const root = temporaryFolder();
  let server: ServerUnderTest;
  beforeAll(async () => {
    server = await startServerUnderTest(root);
  }, 60_000);
  afterAll(() => server.stop());

  const areas = [
    ...operationAreas,
    ...inputAreas,
    ...submissionAreas,
    ...httpAreas,
    ...webSocketAreas,
    ...commandAreas,
  ];
  describeAreas(areas, async (answer) => {
    const before = await server.state();
    const found = await answer(server);
    expect(await server.state()).toEqual(before);
    expect(before).toMatchObject({ isReady: true, liveCount: 0 });
    expect(server.newDefects()).toEqual([]);
    return found;
  });
});

describe('what a server is started with', () => {
  const root = temporaryFolder();
  let folders: Folders;
  beforeAll(async () => {
    folders = await makeFolders(root);
  }, 60_000);

  describeAreas([...settingAreas, ...fileAreas, ...pluginAreas], (answer) => answer(folders));
});

it('is told in docs/bad-input.md', async () => {
  const path = join(packageRoot(), 'docs/bad-input.md');
  await expect(badInputPage(answered)).toMatchFileSnapshot(path);
});

/** A test for each input; what it is answered becomes a row. */
function describeAreas<Context>(
  areas: readonly Area<Context>[],
  send: (answer: Area<Context>['inputs'][number]['answer']) => Promise<Answer>,
): void {
  for (const { title, about, inputs } of areas) {
    const rows: AnsweredArea['rows'][number][] = [];
    answered.push({ title, about, rows });
    describe(title, () => {
      it.each(inputs)('refuses $sent', { timeout: 30_000 }, async ({ sent, answer }) => {
        rows.push({ sent, answer: await send(answer) });
      });
    });
  }
}
