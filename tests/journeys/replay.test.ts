import { appendFileSync, copyFileSync, cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Manifest } from '../../src/domain/package.ts';
import { runCommand, type Line } from '../support/command.ts';
import { concreteFile, leftovers, listRuns, makePlace, openPlace, recordedBuildWords, type Place } from '../support/concrete.ts';

const LONG = { timeout: 90_000 };

describe('a run by the clock', LONG, () => {
  let place: Place;
  let data: string;
  let run: string;
  let built: Line[];
  beforeAll(async () => {
    place = openPlace();
    data = join(place.home, '..', 'concrete.csv');
    copyFileSync(concreteFile, data);
    const words = ['build', 'how strong', '--data', data, '--target', 'strength', '--budget', '20s', '--threads', '2', '--yes', '--json', '--home', place.home];
    const { last, lines, stderr } = await runCommand(words, place);
    if (last.kind !== 'result') throw new Error(`the build failed: ${JSON.stringify(last)} ${stderr}`);
    run = String(last['run']);
    built = lines;
  }, 60_000);
  afterAll(() => place.remove());

  const replay = (home: string, reference: string, ...more: string[]) => runCommand(['replay', reference, '--json', '--home', home, ...more], place);
  const keptIn = (home: string) => readdirSync(home, { recursive: true }).map(String).toSorted();

  it('comes to the same, to 1e-9, by one fit at a time, and leaves nothing behind', async () => {
    const before = keptIn(place.home);
    const { last, exitCode } = await replay(place.home, 'strength', '--threads', '1');
    expect(last).toMatchObject({ kind: 'result', run, model: 'strength@1', isSame: true, tolerance: 1e-9 });
    expect(exitCode).toBe(0);
    const scored = built.flatMap((line) => (line.kind === 'candidate.evaluated' ? [[line['candidateId'], line['value']]] : []));
    const candidates = last['candidates'] as { id: string; recorded: number; replayed: number }[];
    expect(candidates.map(({ id, recorded }) => [id, recorded])).toEqual(expect.arrayContaining(scored));
    for (const { recorded, replayed } of candidates) expect(Math.abs(replayed - recorded)).toBeLessThan(1e-9 * Math.max(1, recorded));
    const others = (last['others'] as { what: string }[]).map(({ what }) => what);
    expect(others).toEqual(expect.arrayContaining(['rows of the split', 'score, value', 'graph of the measured model', 'graph in the package']));
    const isRefitted = built.some(({ kind }) => kind === 'model.refitted');
    expect(others.includes('graph of the model that ships')).toBe(isRefitted);
    expect(keptIn(place.home)).toEqual(before);
    expect(leftovers(place)).toEqual([]);
    expect((await listRuns(place)).length).toBe(1);
  });

  it('comes to the same by two fits at a time, but for what was changed in its log, and that it names', async () => {
    const { home } = makePlace();
    cpSync(place.home, home, { recursive: true });
    const database = new DatabaseSync(join(home, 'home.sqlite'));
    const rows = database.prepare('SELECT id, body FROM events WHERE run_id = ?').all(run) as { id: number; body: string }[];
    const changed: string[] = [];
    for (const { id, body } of rows) {
      const event = JSON.parse(body);
      if (event.kind === 'candidate.evaluated' && changed.length === 0) {
        event.value -= 1e-6;
        changed.push(event.candidateId);
      } else if (event.kind === 'model.scored') event.record.score.value -= 0.5;
      else continue;
      database.prepare('UPDATE events SET body = ? WHERE id = ?').run(JSON.stringify(event), id);
    }
    database.close();
    const { lines, last, exitCode } = await replay(home, run);
    expect(lines[0]).toMatchObject({ kind: 'result', isSame: false });
    const { candidates, others } = lines[0] as unknown as { candidates: { id: string; isSame: boolean }[]; others: { what: string; isSame: boolean }[] };
    expect(candidates.filter(({ isSame }) => !isSame).map(({ id }) => id)).toEqual(changed);
    expect(others.filter(({ isSame }) => !isSame).map(({ what }) => what)).toEqual(['score, value', 'score in the package']);
    expect(last).toMatchObject({ kind: 'error', code: 'MW2013', message: expect.stringContaining(`the score of ${changed[0]}`) });
    expect(exitCode).toBe(1);
  });

  it('is not repeated on another file, nor where there is no such run', async () => {
    appendFileSync(data, '540,0,0,162,2.5,1040,676,28,79.99\n');
    expect(await replay(place.home, run)).toMatchObject({ last: { kind: 'error', code: 'MW1120' }, exitCode: 4 });
    expect((await replay(place.home, 'r_none')).last).toMatchObject({ code: 'MW2011' });
    expect((await replay(place.home, 'nothing')).last).toMatchObject({ code: 'MW1451' });
  });
});

it('a run of a version that did not keep enough is refused with a reason', async () => {
  const { home } = makePlace();
  cpSync(join(import.meta.dirname, '..', 'fixtures', 'kept', 'home-v1'), home, { recursive: true });
  const runs = (await runCommand(['runs', '--json', '--home', home])).last['runs'] as { run: string }[];
  expect(await runCommand(['replay', runs[0].run, '--json', '--home', home])).toMatchObject({ last: { kind: 'error', code: 'MW2012' }, exitCode: 2 });
});

it('a recorded list of fits, one at a time, makes the same package twice, byte by byte, but for times, ids and the key', LONG, async () => {
  const packageOf = async () => {
    const place = makePlace();
    const words = recordedBuildWords(place.home, '--final', 'refit');
    words[words.indexOf('--threads') + 1] = '1';
    const { last, stderr } = await runCommand(words, place);
    expect(last.kind, stderr).toBe('result');
    const folder = join(place.home, 'models', String(last['model']));
    return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
  };
  const [first, second] = [await packageOf(), await packageOf()];
  expect([...first.keys()].toSorted()).toEqual([...second.keys()].toSorted());
  const differing = [...first].flatMap(([name, bytes]) => (second.get(name)?.equals(bytes) ? [] : [name])).toSorted();
  // Each home has its own key, and each run its own time and id: they stand in the report and the manifest, and what signs these follows.
  expect(differing).toEqual(['manifest.json', 'manifest.sig', 'public-key.pem', 'report.html']);
  const factsOf = (files: Map<string, Buffer>) => {
    const { files: hashes, createdAt, publicKey, lineage, ...facts } = Manifest.parse(JSON.parse(String(files.get('manifest.json'))));
    expect([createdAt, publicKey, lineage.runId].every((text) => text.length > 0)).toBe(true);
    const { 'report.html': _report, 'public-key.pem': _key, ...same } = hashes;
    return { ...facts, same, learntFrom: lineage.datasetSha256 };
  };
  expect(factsOf(first)).toEqual(factsOf(second));
});
