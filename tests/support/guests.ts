import { codeRoot, installGuest } from '../../scripts/guest-files.mjs';
import { enableCompileCache } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { ModelwrightError } from '../../src/domain/error.ts';
import { openGuests, type GuestOptions, type Guests } from '../../src/edges/sandbox/index.ts';
import { trainingEnvironment, trainingRoots } from './environment.ts';

// As the launcher does: guests then start in half the time.
enableCompileCache(fileURLToPath(new URL('../../.cache/node', import.meta.url)));

const MEMORY_BYTES = 2 * 2 ** 30;

/** Guests without a cage, which need no set-up and run the sources as they are. */
export const uncagedGuests = (scratchDirectory: string, more: Partial<GuestOptions> = {}): Guests =>
  openGuests({
    cage: () => new ModelwrightError({ code: 'MW3020', message: 'no cage is wished for', hint: 'none' }),
    codeRoot: pathToFileURL(`${codeRoot}/`),
    scratchDirectory,
    memoryBytes: MEMORY_BYTES,
    ...more,
  });

const testModule = fileURLToPath(new URL('../fixtures/guest/entry.ts', import.meta.url));

/** The guest of the tests, which tries what it is told to try. */
export const testEntry = (isCaged: boolean): string => (isCaged ? 'entry.ts' : '../tests/fixtures/guest/entry.ts');

/** An ordinary user of a run by root cannot write where root does. */
const place = () => process.env['MODELWRIGHT_PROBE_FOLDER'] ?? trainingRoots()[0];

/** Where the scratch folders of caged guests are made. */
export const scratchParent = (): string => join(place(), 'guest-scratch');

/** What caged guests of tests run. */
export const guestFiles = () => installGuest(place(), [testModule]);

/** Guests in cages; the guest of the tests is among what they may run. */
export function cagedGuests(scratchDirectory: string, more: Partial<GuestOptions> = {}): Guests {
  const { basePrefix, executable, sitePackages, harness } = trainingEnvironment();
  const { runtime, code } = guestFiles();
  const cage = { environment: { basePrefix, python: executable, sitePackages, harness }, runtime, code, scratchParent: scratchParent() };
  return openGuests({ cage: () => cage, codeRoot: pathToFileURL(`${codeRoot}/`), scratchDirectory, memoryBytes: MEMORY_BYTES, ...more });
}
