import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { Manifest } from '../../src/domain/package.ts';
import { runCommand, type Line } from './command.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures');
export const concreteFile = join(fixtures, 'concrete.csv');
const recordedFits = join(fixtures, 'concrete-fits.json');

/** A home, and a folder for whatever else the command makes. */
export type Place = { home: string; temporary: string; environment: Record<string, string>; remove(): void };

export function openPlace(): Place {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'journey-')));
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  return {
    home: join(folder, 'home'),
    temporary,
    // Whatever lands in the user's own folder or among temporary files is noticed; the training environment is found where it is.
    environment: { TMPDIR: temporary, HOME: temporary, XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache') },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A place that is gone after the test. */
export function makePlace(): Place {
  const place = openPlace();
  onTestFinished(() => place.remove());
  return place;
}

/** The words of a build of the concrete set. */
export const buildWords = (home: string, ...more: string[]): string[] => [
  'build',
  'how strong is the concrete',
  '--data',
  concreteFile,
  '--target',
  'strength',
  '--threads',
  '2',
  '--yes',
  '--json',
  '--home',
  home,
  ...more,
];

/** A build that does the same fits every time, in about five seconds, without a clock. The measured model ships unless `more` says otherwise. */
export const recordedBuildWords = (home: string, ...more: string[]): string[] =>
  buildWords(home, '--fits', recordedFits, '--budget', '10m', '--final', 'tested', ...more);

export const resumeWords = (home: string, runId: string): string[] => ['resume', runId, '--json', '--home', home];

/** What a build made, without what may differ from one time to the next: times, ids, versions and the home's own key. */
export type Made = { score: unknown; graph: Buffer; features: Buffer; contract: Buffer; manifest: unknown };

export function readMade(home: string, reference: string): Made {
  const folder = join(home, 'models', reference);
  const file = (name: string) => readFileSync(join(folder, name));
  const manifest = Manifest.parse(JSON.parse(file('manifest.json').toString()));
  const { 'report.html': _report, 'public-key.pem': _key, ...files } = manifest.files;
  const { createdAt: _createdAt, version: _version, publicKey: _publicKey, lineage, ...facts } = manifest;
  return {
    score: manifest.scores,
    graph: file('model.onnx'),
    features: file('features.json'),
    contract: file('contract.json'),
    manifest: { ...facts, files, lineage: { ...lineage, runId: null } },
  };
}

/** What a command left that it should not have: unfinished files and folders, by their paths in the place. */
export function leftovers({ home, temporary }: Place): string[] {
  const listed = (folder: string) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []);
  const unfinished = listed(home)
    .concat(listed(join(home, 'models')), listed(join(home, 'runs')))
    .filter((path) => path.endsWith('.part'));
  return [...listed(join(home, 'tmp')), ...listed(temporary), ...unfinished];
}

/** A build of the recorded list that nothing disturbs: what others are compared with. */
export async function buildUndisturbed(...more: string[]): Promise<{ made: Made; lines: Line[] }> {
  const place = openPlace();
  try {
    const { lines, last, stderr } = await runCommand(recordedBuildWords(place.home, ...more), place);
    const left = leftovers(place);
    if (last.kind !== 'result' || left.length > 0) throw new Error(`an undisturbed build failed: ${JSON.stringify(last)} ${stderr}; left ${left.join(', ')}`);
    return { made: readMade(place.home, String(last['model'])), lines };
  } finally {
    place.remove();
  }
}

const RunList = z.object({ runs: z.array(z.object({ run: z.string(), state: z.string(), model: z.string().nullable() })) });

/** Runs known to the home, as `modelwright runs` tells them. */
export async function listRuns({ home, environment }: Place): Promise<z.infer<typeof RunList>['runs']> {
  const { last } = await runCommand(['runs', '--json', '--home', home], { environment });
  return RunList.parse(last).runs;
}
