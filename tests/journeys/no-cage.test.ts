import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/domain/random.ts';
import { runCommand } from '../support/command.ts';

const LONG = { timeout: 60_000 };

/** The command, and nothing else on this machine, sees an empty file where the program lies that makes cages. */
const maker = spawnSync('which', ['bwrap'], { encoding: 'utf8' }).stdout.trim();
const hidden = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
  '--mount',
  'sh',
  '-c',
  `mount --bind /dev/null '${maker}' && exec "$@"`,
  'sh',
];
const mayHide = maker !== '' && spawnSync(hidden[0], [...hidden.slice(1), 'true']).status === 0;

let folder: string;
let surroundings: { environment: Record<string, string>; prefix: string[] };
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'no-cage-')));
  surroundings = { environment: { MODELWRIGHT_HOME: join(folder, 'home') }, prefix: hidden };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!mayHide)('on a machine that offers no cage (needs the right to make a mount namespace)', LONG, () => {
  it('doctor says so before anything else, names the wall that is down and what to do', async () => {
    const ended = await runCommand(['doctor'], surroundings);
    expect(ended.exitCode).toBe(3);
    const lines = ended.lines.map(({ text }) => String(text));
    expect(lines[0]).toMatch(/^WARNING: no cage/);
    expect(lines.find((line) => line.startsWith('DOWN'))).toContain('bubblewrap');
    expect(lines.join('\n')).toMatch(/Fix: .*bubblewrap/);
  });

  it('a build says so before the plan and its training, and so does the report', async () => {
    const data = join(folder, 'rows.csv');
    const random = seededRandom(3);
    const rows = Array.from({ length: 80 }, () => {
      const size = random.below(100);
      return `${size},${size + random.below(30) > 60 ? 'yes' : 'no'}`;
    });
    writeFileSync(data, `size,sold\n${rows.join('\n')}\n`);
    const ended = await runCommand(['build', 'will it be sold?', '--data', data, '--budget', '8s', '--yes', '--name', 'uncaged'], surroundings);
    expect(ended.exitCode, ended.stderr).toBe(0);
    const lines = ended.lines.map(({ text }) => String(text).trim()).filter((line) => line !== '');
    expect(lines[0]).toMatch(/^! no cage .*your files.*modelwright doctor/);
    expect(lines.findIndex((line) => line.startsWith('Goal'))).toBeGreaterThan(0);
    expect(readFileSync(join(folder, 'home', 'models', 'uncaged@1', 'report.html'), 'utf8')).toContain('Training ran without a cage');
  });
});
