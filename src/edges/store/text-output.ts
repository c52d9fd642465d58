import { chmod, lstat, open, rename, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ModelwrightError } from '../../domain/error.ts';
import { syncFolder } from './atomic-file.ts';
import { storageError } from './storage-error.ts';
import { removeUnfinished, sweepUnfinished, temporaryName } from './temporary-name.ts';

const FLUSH_AT_CHARACTERS = 1 << 20;

/** A file the user asked for. Until `finish` it has another name; a reader never sees half of it. */
export type TextOutput = {
  /** Await it: text waits in memory only up to about a megabyte. */
  write(text: string): Promise<void>;
  finish(): Promise<void>;
  /** Leaves whatever stood there before. Safe after `finish`, which it does not undo. */
  discard(): Promise<void>;
};

/**
 * The file gets the permissions of the one it replaces, or those the user's umask gives. A symbolic link is refused: writing
 * through it could reach a place the user did not mean, and replacing it would leave that place unchanged.
 */
export async function openTextOutput(path: string): Promise<TextOutput> {
  const output = await stageOutput(path);
  let handle: FileHandle | undefined;
  try {
    handle = await open(output.unfinishedPath, output.isStream ? 'w' : 'wx', 0o666);
  } catch (cause) {
    throw storageError(cause, path);
  }
  let waiting: string[] = [];
  let waitingCharacters = 0;
  const guarded = async (work: (file: FileHandle) => Promise<void>) => {
    if (!handle) throw new Error(`the output ${path} is already closed`);
    try {
      await work(handle);
    } catch (cause) {
      await discard();
      throw storageError(cause, path);
    }
  };
  const flush = async (file: FileHandle) => {
    const text = waiting.join('');
    waiting = [];
    waitingCharacters = 0;
    await file.writeFile(text);
  };
  const discard = async () => {
    const closing = handle;
    handle = undefined;
    await closing?.close();
    if (closing) await output.discard();
  };
  return {
    async write(text) {
      waiting.push(text);
      waitingCharacters += text.length;
      if (waitingCharacters >= FLUSH_AT_CHARACTERS) await guarded(flush);
    },
    finish: () =>
      guarded(async (file) => {
        await flush(file);
        if (!output.isStream) await file.sync();
        await file.close();
        handle = undefined;
        await output.finish();
      }),
    discard,
  };
}

/** For writers with a pen of their own (Parquet): write a new file at `unfinishedPath`, then `finish` or `discard`. */
export type StagedOutput = {
  unfinishedPath: string;
  /** A pipe or a device, such as /dev/stdout: written straight, since nothing can be renamed over it. */
  isStream: boolean;
  finish(): Promise<void>;
  discard(): Promise<void>;
};

export async function stageOutput(path: string): Promise<StagedOutput> {
  const target = resolve(path);
  const folder = dirname(target);
  try {
    const [link, facts] = await Promise.all([factsOf(lstat, target), factsOf(stat, target)]);
    if (facts && !facts.isFile() && !facts.isDirectory()) {
      return { unfinishedPath: target, isStream: true, finish: async () => undefined, discard: async () => undefined };
    }
    if (facts?.isDirectory()) throw impossible(path, 'it is a folder');
    if (link?.isSymbolicLink()) throw impossible(path, 'it is a symbolic link; name the file it points to');
    if (!(await factsOf(stat, folder))?.isDirectory()) throw impossible(path, 'its folder does not exist');
    await sweepUnfinished(folder);
    const unfinishedPath = join(folder, temporaryName(basename(target)));
    const discard = () => removeUnfinished(unfinishedPath);
    return {
      unfinishedPath,
      isStream: false,
      async finish() {
        try {
          if (facts) await chmod(unfinishedPath, facts.mode & 0o777);
          await rename(unfinishedPath, target);
          await syncFolder(folder);
        } catch (cause) {
          await discard();
          throw storageError(cause, path);
        }
      },
      discard,
    };
  } catch (cause) {
    throw storageError(cause, path);
  }
}

async function factsOf(ask: typeof stat, path: string) {
  try {
    return await ask(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw cause;
  }
}

const impossible = (path: string, problem: string): ModelwrightError =>
  new ModelwrightError({
    code: 'MW1050',
    message: `The output cannot be written to ${path}: ${problem}.`,
    hint: 'Name a plain file in a folder that exists.',
    place: { file: path },
  });
