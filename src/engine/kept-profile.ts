import type { FileRef } from '../domain/event.ts';
import { Profile } from '../domain/profile.ts';
import type { FileStore } from '../edges/store/index.ts';
import { readKept } from './read-kept.ts';

export const keepProfile = (files: FileStore, runId: string, profile: Profile): Promise<FileRef> =>
  files.put(runId, new TextEncoder().encode(JSON.stringify(profile)));

/** Reads what `keepProfile` wrote; throws MW3014 for what it cannot have written. */
export async function readProfile(files: FileStore, runId: string, ref: FileRef): Promise<Profile> {
  const kept = await files.get(runId, ref);
  return readKept('a profile', runId, ref, () => Profile.parse(JSON.parse(new TextDecoder().decode(kept))));
}
