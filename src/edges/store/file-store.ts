import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelwrightError } from '../../domain/error.ts';
import { syncFolder, writeFileAtomically } from './atomic-file.ts';
import { checkRunId, type Home } from './home.ts';
import { makeFolder } from './make-folder.ts';
import { storageError } from './storage-error.ts';

/** Bytes by what they are: the hash is their name and their proof. */
export type FileRef = { sha256: string; sizeBytes: number };

/** What a run keeps besides its events: results of executions, predictions, tree tables. */
export interface FileStore {
  /** On disk before it resolves. Several parts are kept as one file, so that a large bundle needs no copy. */
  put(runId: string, ...parts: Uint8Array[]): Promise<FileRef>;
  /** The very bytes that were put; throws MW3015 when they are missing or changed. */
  get(runId: string, ref: FileRef): Promise<Uint8Array<ArrayBuffer>>;
  removeRun(runId: string): Promise<void>;
}

export function openFileStore(home: Home): FileStore {
  const folderOf = (runId: string) => join(home.runsFolder, checkRunId(runId));
  return {
    async put(runId, ...parts) {
      const hash = createHash('sha256');
      let sizeBytes = 0;
      for (const part of parts) {
        hash.update(part);
        sizeBytes += part.length;
      }
      const sha256 = hash.digest('hex');
      const folder = folderOf(runId);
      try {
        if (makeFolder(folder, 0o700)) await syncFolder(home.runsFolder);
      } catch (cause) {
        throw storageError(cause, home.runsFolder);
      }
      // Written even when the name is there: a file that has rotted is mended by it.
      await writeFileAtomically(join(folder, sha256), parts, home.temporaryFolder);
      return { sha256, sizeBytes };
    },
    async get(runId, { sha256, sizeBytes }) {
      if (!/^[0-9a-f]{64}$/.test(sha256)) throw damaged(runId, sha256);
      const path = join(folderOf(runId), sha256);
      try {
        await using file = await open(path, 'r');
        if ((await file.stat()).size !== sizeBytes) throw damaged(runId, sha256);
        const bytes = await file.readFile();
        if (sha256Of(bytes) !== sha256) throw damaged(runId, sha256);
        return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      } catch (cause) {
        if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') throw damaged(runId, sha256);
        throw storageError(cause, path);
      }
    },
    async removeRun(runId) {
      const folder = folderOf(runId);
      await rm(folder, { recursive: true, force: true }).catch((cause: unknown) => {
        throw storageError(cause, folder);
      });
    },
  };
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The hash of a user's data file, read in pieces; `resume` compares it. */
export async function hashFile(path: string): Promise<FileRef> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
  } catch (cause) {
    throw storageError(cause, path);
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}

const damaged = (runId: string, sha256: string): ModelwrightError =>
  new ModelwrightError({
    code: 'MW3015',
    message: `The file ${sha256.slice(0, 12)} of the run ${runId} is missing or has changed.`,
    hint: `Remove the run with \`modelwright rm ${runId}\` and build again; check the disk.`,
  });
