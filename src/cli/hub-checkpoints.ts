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
  #totalBytes = 0;
  #startedAt = 0;
  #startedBytes = 0;
  #drawnAt = 0;

  constructor(stderr: PackCommandContext['stderr']) {
    this.#stderr = stderr;
  }

  show(progress: DownloadProgress): void {
    const { model, name, doneBytes, totalBytes } = progress;
    const now = performance.now();
    if (totalBytes !== this.#totalBytes) {
      // What was there before was not downloaded now.
      this.#startedBytes = doneBytes;
      this.#startedAt = now;
      this.#totalBytes = totalBytes;
    }
    if (name !== this.#name && !this.#stderr.isTTY) {
      this.#stderr.write(`Downloading ${hubPath(model)} ${name}\n`);
    }
    this.#name = name;
    if (!this.#stderr.isTTY || (now - this.#drawnAt < redrawMs && doneBytes < totalBytes)) return;
    this.#drawnAt = now;
    this.#stderr.write(`\r\u001B[2K${this.#line(progress, now)}`);
  }

  #line({ model, name, doneBytes, totalBytes }: DownloadProgress, now: number): string {
    const perSecond = (1000 * (doneBytes - this.#startedBytes)) / (now - this.#startedAt);
    const pace =
      perSecond > 0 && Number.isFinite(perSecond)
        ? `, ${bytesText(perSecond)}/s, ${timeLeftText((totalBytes - doneBytes) / perSecond)} left`
        : '';
    const size = `${bytesText(doneBytes)} of ${bytesText(totalBytes)}`;
    return `${progressBar(doneBytes, totalBytes)} ${size}${pace}  ${hubPath(model)} ${name}`;
  }

  end(): void {
    if (this.#stderr.isTTY && this.#name !== '') this.#stderr.write('\r\u001B[2K');
  }
}
