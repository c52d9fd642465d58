import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ModelwrightError } from '../domain/error.ts';
import type { GuestCage, GuestOptions } from '../edges/sandbox/index.ts';
import { findTrainingEnvironment } from '../../scripts/environment.mjs';
import { codeRoot, findGuestFiles, installGuest } from '../../scripts/guest-files.mjs';
import type { Config } from './config.ts';
import { placesOf } from './places-of.ts';

/** Where guests find what they run, and how much they may use. @param folder of ours alone, for what passes by */
export function guestOptions(config: Config, folder: string, memoryBytes: number): GuestOptions {
  let found: GuestCage | ModelwrightError | undefined;
  return { cage: () => (found ??= findCage(config)), codeRoot: pathToFileURL(`${codeRoot}/`), scratchDirectory: folder, memoryBytes };
}

function findCage({ cacheRoots, userId }: Config): GuestCage | ModelwrightError {
  const environment = findTrainingEnvironment(cacheRoots, userId);
  if (environment.kind === 'missing') return noCage('the training environment is not set up', `Type: ${environment.remedy}`);
  try {
    // Its own cache is the first that a user writes in; edited sources, or a package that npm installed, have no copy there yet.
    const { runtime, code } = findGuestFiles(cacheRoots, userId) ?? installGuest(cacheRoots[0]);
    return { environment: placesOf(environment), runtime, code, scratchParent: join(cacheRoots[0], 'guest-scratch') };
  } catch (cause) {
    return noCage(`what runs in it cannot be put in place (${cause instanceof Error ? cause.message : String(cause)})`, 'Run the setup again.');
  }
}

const noCage = (why: string, hint: string) => new ModelwrightError({ code: 'MW3020', message: `The cage cannot be started: ${why}.`, hint });
