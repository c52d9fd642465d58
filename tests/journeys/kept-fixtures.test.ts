import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';

/** A home and a package as the first version of their formats wrote them, never to be changed: what people keep must open for as long as it is kept. */
const kept = join(import.meta.dirname, '..', 'fixtures', 'kept');
const LONG = { timeout: 60_000 };

let folder: string;
let home: string;
let packaged: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kept-'));
  home = join(folder, 'home');
  packaged = join(folder, 'package');
  cpSync(join(kept, 'home-v1'), home, { recursive: true });
  cpSync(join(kept, 'package-v1'), packaged, { recursive: true });
  // The home comes without its private key, so that nothing secret is kept here.
  const trusted = await runCommand(['trust', join(packaged, 'public-key.pem'), '--home', home]);
  if (trusted.exitCode !== 0) throw new Error(trusted.stderr);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Rows of numbers and texts; numbers as numbers. */
const cellsOf = (csv: string) =>
  csv
    .trim()
    .split('\n')
    .map((line) => line.split(',').map((cell) => (cell !== '' && Number.isFinite(Number(cell)) ? Number(cell) : cell)));

async function answersOf(model: string) {
  const out = join(folder, `answers-${model.length}.csv`);
  const ended = await runCommand(['predict', model, '--data', join(kept, 'people.csv'), '--out', out, '--home', home]);
  expect(ended.exitCode, ended.stderr).toBe(0);
  return cellsOf(readFileSync(out, 'utf8'));
}

describe('what the first version of the formats wrote', LONG, () => {
  const expected = cellsOf(readFileSync(join(kept, 'expected.csv'), 'utf8')).map((row) =>
    row.map((cell) => (typeof cell === 'number' ? expect.closeTo(cell, 9) : cell)),
  );

  it('is a package that is verified and answers as it did', async () => {
    expect((await runCommand(['verify', packaged, '--home', home])).exitCode).toBe(0);
    expect(await answersOf(packaged)).toEqual(expected);
  });

  it('is a home whose models and runs are there, can be looked at, and answer as they did', async () => {
    expect((await runCommand(['list', '--json', '--home', home])).last).toMatchObject({ models: [{ reference: 'people@1', target: 'left' }] });
    expect((await runCommand(['runs', '--json', '--home', home])).last).toMatchObject({
      runs: [{ state: 'finished', model: 'people@1', sentence: 'who left?' }],
    });
    const shown = await runCommand(['show', 'people', '--home', home]);
    expect(shown.exitCode, shown.stderr).toBe(0);
    expect((await runCommand(['report', 'people', '--home', home])).exitCode).toBe(0);
    expect(await answersOf('people')).toEqual(expected);
  });

  it('is measured on labelled rows, and a finished run is not resumed', async () => {
    const measured = await runCommand(['evaluate', 'people', '--data', join(kept, 'people.csv'), '--json', '--home', home]);
    expect(measured.last).toMatchObject({ kind: 'result', metric: 'roc_auc', rowCount: 120 });
    const runs = (await runCommand(['runs', '--json', '--home', home])).last['runs'] as { run: string }[];
    expect((await runCommand(['resume', runs[0].run, '--json', '--home', home])).last).toMatchObject({ kind: 'error', code: 'MW2002' });
  });
});
