/**
 * Checkpoints as a person names them: folders, or models on a hub, which are downloaded with a bar.
 *
 * Knows wording and widths; how files come is in `packs/hub/`.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { DownloadProgress } from '../packs/hub/fetch-model.ts';
import { findCheckpoint } from '../packs/hub/find-checkpoint.ts';
import type { HubContext } from '../packs/hub/hub-context.ts';
import { hubPath } from '../packs/hub/hub-name.ts';
import { hubSettings } from '../packs/hub/hub-settings.ts';
import { bytesText } from './bytes-text.ts';
import type { PackCommandContext } from './command-context.ts';
import { progressBar, timeLeftText } from './progress-bar.ts';

const stallMs = 30_000;

/** For the help of commands that take such names. */
export const hubNotes = `
A checkpoint is a folder, or the name of a model on huggingface.co: owner/name, or owner/name@revision; a folder comes first.
Models are kept where Hugging Face's own tools keep them. HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, HF_HUB_CACHE and HF_HOME
are heeded. What broke off goes on when the command is run again.
`;

/** Folders of the checkpoints that are named. */
export async function checkpointFolders(
  { causal, masked }: { readonly causal?: string; readonly masked?: string },
  withWeights: boolean,
  { env, stderr }: Pick<PackCommandContext, 'env' | 'stderr'>,
): Promise<{ causalFolder: string | undefined; maskedFolder: string | undefined }> {
  const context: HubContext = { settings: hubSettings(env), wait: (ms) => wait(ms), stallMs };
  const folderOf = async (text: string | undefined) => {
    if (text === undefined) return undefined;
    const view = new DownloadView(stderr);
    const onProgress = (progress: DownloadProgress) => view.show(progress);
    return findCheckpoint(context, text, { withWeights, onProgress }).finally(() => view.end());
  };
  return { causalFolder: await folderOf(causal), maskedFolder: await folderOf(masked) };
}

const redrawMs = 100;

/** One model's download: a bar on a terminal, elsewhere a line for each file. */
class DownloadView {
  readonly #stderr: PackCommandContext['stderr'];
  #name = '';
  #startedAt = 0;
  #startedBytes = 0;
  #drawnAt = 0;

  constructor(stderr: PackCommandContext['stderr']) {
    this.#stderr = stderr;
  }

  show({ model, name, doneBytes, totalBytes }: DownloadProgress): void {
    const now = performance.now();
    if (name !== this.#name) {
      if (this.#name === '') {
        this.#startedAt = now;
        this.#startedBytes = doneBytes;
      }
      this.#name = name;
      if (!this.#stderr.isTTY) this.#stderr.write(`Downloading ${hubPath(model)} ${name}\n`);
    }
    if (!this.#stderr.isTTY || (now - this.#drawnAt < redrawMs && doneBytes < totalBytes)) return;
    this.#drawnAt = now;
    // What was there before was not downloaded now.
    const rate = (doneBytes - this.#startedBytes) / Math.max(0.001, (now - this.#startedAt) / 1000);
    const left = rate > 0 ? `, ${timeLeftText((totalBytes - doneBytes) / rate)} left` : '';
    const figures = `${bytesText(doneBytes)} of ${bytesText(totalBytes)}, ${bytesText(rate)}/s${left}`;
    this.#stderr.write(
      `\r\u001B[2K${progressBar(doneBytes, totalBytes)} ${figures}  ${hubPath(model)} ${name}`,
    );
  }

  end(): void {
    if (this.#stderr.isTTY && this.#name !== '') this.#stderr.write('\r\u001B[2K');
  }
}
