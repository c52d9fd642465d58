import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { Manifest } from '../../src/domain/package.ts';
import { runCommand, startCommand, type Line } from '../support/command.ts';
import { buildUndisturbed, leftovers, makePlace, readMade, recordedBuildWords, resumeWords, type Made } from '../support/concrete.ts';
import { leftRunning } from '../support/processes.ts';

const LONG = { timeout: 90_000 };
const ROWS = 1_030;

let refitted: { made: Made; lines: Line[] };
let tested: { made: Made; lines: Line[] };

beforeAll(async () => {
  refitted = await buildUndisturbed('--final', 'refit');
  tested = await buildUndisturbed('--final', 'tested');
}, 120_000);

const kindsOf = (lines: Line[]) => lines.map(({ kind }) => kind);
const manifestOf = (home: string, reference: string) => Manifest.parse(JSON.parse(readFileSync(join(home, 'models', reference, 'manifest.json'), 'utf8')));

it('ships another model than the measured one, with the very score of its twin', () => {
  expect(refitted.made.score).toEqual(tested.made.score);
  expect(refitted.made.graph.equals(tested.made.graph)).toBe(false);
  const twin = tested.lines.find(({ kind }) => kind === 'test.opened');
  expect(refitted.made.manifest).toMatchObject({ refit: { rowCount: ROWS, twinGraphSha256: twin?.['graphSha256'] }, plan: { final: 'refit' } });
  expect(tested.made.manifest).toMatchObject({ refit: null, plan: { final: 'tested' } });
});

it('opens the locked rows once, and learns from them only when the score is written', () => {
  const kinds = kindsOf(refitted.lines);
  expect(kinds.filter((kind) => kind === 'test.opened').length).toBe(1);
  const scoredAt = kinds.indexOf('model.scored');
  expect(scoredAt).toBeLessThan(kinds.lastIndexOf('search.decided'));
  expect(kinds.lastIndexOf('execution.finished')).toBeLessThan(kinds.indexOf('model.refitted'));
  expect(kinds.slice(scoredAt + 1).filter((kind) => kind === 'model.scored' || kind === 'model.built')).toEqual([]);
});

it('is said in plain words: on the result, by show and in the report', LONG, async () => {
  const place = makePlace();
  const { lines } = await runCommand(
    recordedBuildWords(place.home, '--final', 'refit').filter((word) => word !== '--json'),
    place,
  );
  expect(lines.map(({ text }) => text).join(' ')).toMatch(/then trained once more on all 1,030 rows: the score is that of its twin/);
  const shown = await runCommand(['show', 'strength', '--home', place.home], place);
  expect(shown.lines.map(({ text }) => text).join(' ')).toMatch(
    /by its twin, the same recipe, which learnt from 824 rows .* trained once more on all 1,030 rows/,
  );
  expect(readFileSync(join(place.home, 'models', 'strength@1', 'report.html'), 'utf8')).toContain(
    'The score is that of this model&#39;s twin'.replace('&#39;', "'"),
  );
});

it.each(['search.decided', 'execution.finished', 'model.refitted', 'version.claimed'])(
  'ends as an undisturbed build does when it is killed at %s while it learns from all rows',
  LONG,
  async (kind) => {
    const place = makePlace();
    const command = startCommand(recordedBuildWords(place.home, '--final', 'refit'), place);
    let isScored = false;
    const line = await command.untilLine((one) => {
      isScored ||= one.kind === 'model.scored';
      return isScored && one.kind === kind;
    });
    expect(await leftRunning(await command.kill())).toEqual([]);
    const { lines, last } = await runCommand(resumeWords(place.home, String(line?.['run'])), place);
    expect(last).toMatchObject({ kind: 'result', shipped: { kind: 'refit', rowCount: ROWS } });
    expect(kindsOf(lines)).not.toContain('test.opened');
    expect(readMade(place.home, String(last['model']))).toEqual(refitted.made);
    expect(leftovers(place)).toEqual([]);
  },
);

it('ships the measured model, and says why, when the user stops while it learns from all rows', LONG, async () => {
  const place = makePlace();
  const command = startCommand(recordedBuildWords(place.home, '--final', 'refit'), place);
  await command.untilLine(({ kind }) => kind === 'model.scored');
  command.child.kill('SIGINT');
  expect(await command.ended).toEqual({ exitCode: 0, signal: null });
  expect(command.lines.at(-1)).toMatchObject({ kind: 'result', isStoppedEarly: true, shipped: { kind: 'tested', because: 'stopped' } });
  expect(manifestOf(place.home, 'strength@1').refit).toBeNull();
  expect(readMade(place.home, 'strength@1').graph.equals(tested.made.graph)).toBe(true);
  expect(leftovers(place)).toEqual([]);
});
