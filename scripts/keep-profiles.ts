/**
 * Keeps the profiles of tables as fixtures, so that sentences over them can be tested where the tables are not: names, kinds, counts and the values of
 * columns of few values, and no row.
 *
 *     node scripts/keep-profiles.ts FOLDER FILE…        writes FOLDER/NAME.json for each table; `NAME=FILE` gives it a name of its own
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ColumnProfile, Profile } from '../src/domain/profile.ts';
import { profileDataset } from '../src/stages/intake/index.ts';
import { openReader } from '../tests/support/reader.ts';

/** Columns of more values are not read by their values; a few show what they look like. */
const MAX_LEVELS = 60;
const SHOWN_VALUES = 3;
const SHOWN_LENGTH = 40;

const [folder, ...files] = process.argv.slice(2);
if (folder === undefined || files.length === 0) {
  console.error('node scripts/keep-profiles.ts FOLDER FILE…: where to write, and the tables.');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const { tables } = openReader({ tempDirectory: folder });
try {
  for (const word of files) {
    const [, name, path] = /^(?:([\w-]+)=)?(.+)$/.exec(word) ?? ['', undefined, word];
    const file = await tables.openFile(path);
    const profile = profileDataset({ path, rowCount: file.rowCount, notes: file.notes }, await file.statistics());
    const kept = name ?? basename(path).replace(/\..*$/, '');
    writeFileSync(join(folder, `${kept}.json`), `${JSON.stringify(withoutRareValues(profile))}\n`);
    await file.close();
  }
} finally {
  await tables.close();
}

function withoutRareValues(profile: Profile): Profile {
  return { ...profile, columns: profile.columns.map((column) => ({ ...column, topValues: shownValues(column) })) };
}

function shownValues({ topValues, distinctCount, personal }: ColumnProfile): ColumnProfile['topValues'] {
  if (personal !== null) return [];
  const shown = distinctCount <= MAX_LEVELS ? topValues : topValues.slice(0, SHOWN_VALUES);
  return shown.map(({ value, count }) => ({ value: value.slice(0, SHOWN_LENGTH), count }));
}
