import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runCommand, type Line } from './command.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures');
export const concreteFile = join(fixtures, 'concrete.csv');
const recordedFits = join(fixtures, 'concrete-fits.json');

/** A home, and a folder for whatever else the command makes; both gone after the test. */
export type Place = { home: string; temporary: string; environment: Record<string, string> };

export function makePlace(): Place {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'journey-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return placeIn(folder);
}

export function placeIn(folder: string): Place {
  const temporary = mkdtempSync(join(folder, 'tmp-'));
  return { home: join(folder, 'home'), temporary, environment: { TMPDIR: temporary } };
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

/** A build that does the same fits every time, in about five seconds, without a clock. */
export const recordedBuildWords = (home: string): string[] => buildWords(home, '--fits', recordedFits, '--budget', '10m');

export const resumeWords = (home: string, runId: string): string[] => ['resume', runId, '--json', '--home', home];

/** What a build made, without what may differ from one time to the next: times, ids, versions and the home's own key. */
export type Made = { score: unknown; graph: Buffer; features: Buffer; contract: Buffer; manifest: unknown };

export function readMade(home: string, reference: string): Made {
  const folder = join(home, 'models', reference);
  const file = (name: string) => readFileSync(join(folder, name));
  const { createdAt, version, lineage, publicKey, files, ...facts } = JSON.parse(file('manifest.json').toString());
  const isOwn = (name: string) => name === 'report.html' || name === 'public-key.pem';
  const others = files.filter(({ name }: { name: string }) => !isOwn(name));
  const known = [createdAt, version, publicKey].every((value) => value !== undefined);
  return {
    score: facts.scores,
    graph: file('model.onnx'),
    features: file('features.json'),
    contract: file('contract.json'),
    manifest: { ...facts, files: others, data: lineage.datasetSha256, known },
  };
}

/** What a command left that it should not have: unfinished files and folders, by their paths in the place. */
export function leftovers({ home, temporary }: Place): string[] {
  const listed = (folder: string) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []);
  const unfinished = listed(home).concat(listed(join(home, 'models')), listed(join(home, 'runs'))).filter((path) => path.endsWith('.part'));
  return [...listed(join(home, 'tmp')), ...listed(temporary), ...unfinished];
}

/** Runs known to the home, as `modelwright runs` tells them. */
export async function listRuns({ home, environment }: Place): Promise<{ run: string; state: string; model: string | null }[]> {
  const { last } = await runCommand(['runs', '--json', '--home', home], { environment });
  return (last as Line & { runs: { run: string; state: string; model: string | null }[] }).runs;
}
