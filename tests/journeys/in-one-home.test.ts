import { appendFileSync, copyFileSync, readdirSync, writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommand, startCommand } from '../support/command.ts';
import { concreteFile, leftovers, listRuns, makePlace, readMade, recordedBuildWords, resumeWords } from '../support/concrete.ts';

const LONG = { timeout: 120_000 };

it('lets two builds at once in a new home end with two versions of one name', LONG, async () => {
  const place = makePlace();
  const ends = await Promise.all([1, 2].map(() => runCommand(recordedBuildWords(place.home), place)));
  expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(ends.map(({ last }) => last['model']).toSorted()).toEqual(['strength@1', 'strength@2']);
  expect(readMade(place.home, 'strength@1')).toEqual(readMade(place.home, 'strength@2'));
  expect((await listRuns(place)).map(({ state }) => state)).toEqual(['finished', 'finished']);
  expect(readdirSync(join(place.home, 'models')).toSorted()).toEqual(['strength@1', 'strength@2']);
  expect(leftovers(place)).toEqual([]);
});

it('refuses to resume a run that is being worked on, or that is finished', LONG, async () => {
  const place = makePlace();
  const command = startCommand(recordedBuildWords(place.home), place);
  const first = await command.untilLine(({ kind }) => kind === 'run.requested');
  const again = await runCommand(resumeWords(place.home, String(first?.['run'])), place);
  expect(again).toMatchObject({ exitCode: 3, last: { kind: 'error', code: 'MW2010' }, lines: { length: 1 } });
  expect(await command.ended).toMatchObject({ exitCode: 0 });
  expect(await runCommand(resumeWords(place.home, String(first?.['run'])), place)).toMatchObject({ exitCode: 2, last: { code: 'MW2002' } });
  expect(await runCommand(resumeWords(place.home, 'r_none'), place)).toMatchObject({ exitCode: 2, last: { code: 'MW2011' } });
});

it('refuses to resume with a data file that has changed, and goes on when it is as it was', LONG, async () => {
  const place = makePlace();
  const data = join(place.temporary, 'concrete.csv');
  copyFileSync(concreteFile, data);
  const words = recordedBuildWords(place.home).map((word) => (word === concreteFile ? data : word));
  const command = startCommand(words, place);
  const line = await command.untilLine(({ kind }) => kind === 'execution.finished');
  await command.kill();
  const resume = resumeWords(place.home, String(line?.['run']));
  appendFileSync(data, '540,0,0,162,2.5,1040,676,28,79.99\n');
  expect(await runCommand(resume, place)).toMatchObject({ exitCode: 4, last: { kind: 'error', code: 'MW1120' } });
  expect((await listRuns(place))[0]).toMatchObject({ state: 'interrupted' });
  writeFileSync(data, readFileSync(concreteFile));
  expect(await runCommand(resume, place)).toMatchObject({ exitCode: 0, last: { kind: 'result' } });
});
