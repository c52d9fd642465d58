import { accessSync, chmodSync, constants, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync, type Stats } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ModelwrightError } from '../../domain/error.ts';
import { makeFolder } from './make-folder.ts';
import { storageError } from './storage-error.ts';
import { isTemporaryName, temporaryName } from './temporary-name.ts';

/** The layout of the home folder and of its database. A change that an older version would misread adds one. */
export const HOME_FORMAT = 1;

const FORMAT_FILE = 'home.json';
const SUBFOLDERS = ['runs', 'models', 'tmp', 'keys'];
const MAX_FORMAT_FILE_BYTES = 4096;

const FormatFile = z.object({ kind: z.literal('modelwright-home'), format: z.int().min(1) });

/** Where everything is kept that must outlive the process. All of it is readable by its owner only. */
export type Home = {
  folder: string;
  runsFolder: string;
  modelsFolder: string;
  temporaryFolder: string;
  keysFolder: string;
  databaseFile: string;
  /** What was put right on opening, in sentences for the user. */
  notices: string[];
};

/** Makes the home when it is new, and checks that it is one, that it is ours to write and of a format we know. */
export function openHome(path: string): Home {
  const folder = resolve(path);
  try {
    const notices: string[] = [];
    const before = statOf(folder);
    if (before === undefined) makeFolder(folder, 0o700);
    else if (!before.isDirectory()) throw notAHome(folder, 'is a file, not a folder');
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    if (!hasKnownFormat(folder)) {
      const stranger = readdirSync(folder).find((name) => !SUBFOLDERS.includes(name) && !isTemporaryName(name));
      if (stranger !== undefined && stranger !== FORMAT_FILE) throw notAHome(folder, `is a folder that already holds other things ("${stranger}")`);
      writeFormat(folder);
    }
    for (const name of SUBFOLDERS) makeFolder(join(folder, name), 0o700);
    for (const part of [folder, ...SUBFOLDERS.map((name) => join(folder, name))]) {
      const mode = statSync(part).mode & 0o777;
      if ((mode & 0o077) === 0) continue;
      chmodSync(part, 0o700);
      if (before !== undefined) notices.push(`Others could look into ${part} (permissions ${mode.toString(8)}); it is now closed to them (700).`);
    }
    const real = realpathSync(folder);
    return {
      folder: real,
      runsFolder: join(real, 'runs'),
      modelsFolder: join(real, 'models'),
      temporaryFolder: join(real, 'tmp'),
      keysFolder: join(real, 'keys'),
      databaseFile: join(real, 'home.sqlite'),
      notices,
    };
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOTDIR' || code === 'EEXIST') throw notAHome(folder, 'cannot be made, because a file stands in the way');
    throw storageError(cause, folder);
  }
}

const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Run ids name folders: what cannot be one names no run. */
export function checkRunId(runId: string): string {
  if (RUN_ID.test(runId)) return runId;
  throw new ModelwrightError({ code: 'MW2011', message: `There is no run "${runId}".`, hint: 'See `modelwright runs`.' });
}

function hasKnownFormat(folder: string): boolean {
  const file = join(folder, FORMAT_FILE);
  const facts = statOf(file);
  if (facts === undefined) return false;
  const parsed = facts.isFile() && facts.size <= MAX_FORMAT_FILE_BYTES ? FormatFile.safeParse(jsonOrNothing(readFileSync(file, 'utf8'))) : undefined;
  if (!parsed?.success) {
    throw new ModelwrightError({
      code: 'MW3014',
      message: `${file} does not say which format the home has.`,
      hint: `Its text should be {"kind":"modelwright-home","format":${HOME_FORMAT}}. Put it back, or use another home with --home.`,
      place: { file },
    });
  }
  if (parsed.data.format > HOME_FORMAT) throw newerFormat(folder, parsed.data.format);
  return true;
}

export const newerFormat = (folder: string, format: number): ModelwrightError =>
  new ModelwrightError({
    code: 'MW3012',
    message: `The home ${folder} has format ${format}; this version of Modelwright knows formats up to ${HOME_FORMAT}.`,
    hint: 'Use the newer version that wrote it, or another home with --home.',
    place: { file: folder },
  });

function writeFormat(folder: string): void {
  // Two first commands at once write the same text; whoever renames last changes nothing.
  const unfinished = join(folder, temporaryName('format'));
  try {
    writeFileSync(unfinished, `${JSON.stringify({ kind: 'modelwright-home', format: HOME_FORMAT })}\n`, { flag: 'wx', mode: 0o600, flush: true });
    renameSync(unfinished, join(folder, FORMAT_FILE));
  } catch (cause) {
    rmSync(unfinished, { force: true });
    throw cause;
  }
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const notAHome = (folder: string, problem: string): ModelwrightError =>
  new ModelwrightError({
    code: 'MW3013',
    message: `The home cannot be at ${folder}: it ${problem}.`,
    hint: 'Name an empty or new folder with --home (or MODELWRIGHT_HOME).',
    place: { file: folder },
  });
