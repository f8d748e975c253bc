/**
 * The folder that models are kept in, laid out as Hugging Face's own tools do: blobs by hash, a folder of links for each
 * commit, and a file for each branch or tag that names its commit.
 *
 * Knows paths and links; fetches nothing.
 */
import {
  copyFile,
  mkdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InfillError } from '../../errors.ts';
import { type HubModel, isCommit } from './hub-name.ts';
import type { HubFile } from './list-files.ts';

/** Where a model lies in the cache. */
export class CachedModel {
  readonly #cacheFolder: string;
  readonly #name: string;
  readonly #revision: string;

  constructor(cacheFolder: string, { owner, name, revision }: HubModel) {
    this.#cacheFolder = cacheFolder;
    this.#name = `models--${owner}--${name}`;
    this.#revision = revision;
  }

  /** Absolute folder of the files at `commit`. */
  snapshot(commit: string): string {
    return join(this.#cacheFolder, this.#name, 'snapshots', commit);
  }

  blob({ hash }: HubFile): string {
    return join(this.#cacheFolder, this.#name, 'blobs', hash);
  }

  lock({ hash }: HubFile): string {
    return join(this.#cacheFolder, '.locks', this.#name, `${hash}.pid`);
  }

  /** The commit that the revision was when it was last fetched; null when it never was. */
  async commit(): Promise<string | null> {
    if (isCommit(this.#revision)) return this.#revision;
    const text = await readFile(this.#ref(), 'utf8').catch(() => '');
    return isCommit(text.trim()) ? text.trim() : null;
  }

  /** Keeps what the revision is. */
  async writeCommit(commit: string): Promise<void> {
    if (isCommit(this.#revision)) return;
    await mkdir(dirname(this.#ref()), { recursive: true });
    await writeFile(this.#ref(), commit);
  }

  /** Makes the folders that files are put into. @throws InfillError INVALID_CONFIG where there can be none. */
  async prepare(commit: string): Promise<void> {
    for (const folder of [this.snapshot(commit), join(this.#cacheFolder, this.#name, 'blobs')]) {
      await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code === 'ENOSPC') throw cause;
        const message = `Models cannot be kept in ${this.#cacheFolder} (${cause.code}); HF_HUB_CACHE names another folder.`;
        throw new InfillError('INVALID_CONFIG', message, { cause });
      });
    }
  }

  /** Whether the blob is there with its size; its hash was checked when it came. */
  async hasBlob(file: HubFile): Promise<boolean> {
    return stat(this.blob(file)).then(
      ({ size }) => size === file.size,
      () => false,
    );
  }

  /** Puts a file whose blob is there into the snapshot of `commit`. */
  async link(commit: string, file: HubFile): Promise<void> {
    const path = join(this.snapshot(commit), file.name);
    const target = `../../blobs/${file.hash}`;
    if ((await readlink(path).catch(() => null)) === target) return;
    await rm(path, { force: true });
    await symlink(target, path).catch((error: NodeJS.ErrnoException) => {
      // Windows lets not everybody make links.
      if (error.code !== 'EPERM') throw error;
      return copyFile(this.blob(file), path);
    });
  }

  #ref(): string {
    return join(this.#cacheFolder, this.#name, 'refs', ...this.#revision.split('/'));
  }
}
