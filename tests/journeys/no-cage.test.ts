import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/domain/random.ts';
import { Containment, ContainmentSummary } from '../../src/domain/containment.ts';
import { harnessFiles } from '../../scripts/environment.mjs';
import { Examination } from '../../src/doors/client/index.ts';
import { runCommand } from '../support/command.ts';
import { trainingEnvironment } from '../support/environment.ts';
import { refusing, type Refusal } from '../support/seccomp-programs.ts';

const LONG = { timeout: 60_000 };
const [EPERM, ENOSYS] = [1, 38];
const CLONE_NEWUSER = 0x10000000;

/** Machines that this one is made to look like for the command, and for nothing else on it. */
type Machine = {
  title: string;
  /** Words before the command's own. */
  prefix: string[];
  wall: string;
  detail: RegExp;
  remedy: RegExp;
};

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'no-cage-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The command sees an empty file where the program lies that makes cages. */
function withoutBubblewrap(): string[] {
  const maker = spawnSync('which', ['bwrap'], { encoding: 'utf8' }).stdout.trim();
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  return ['unshare', ...asRoot, '--mount', 'sh', '-c', `mount --bind /dev/null '${maker}' && exec "$@"`, 'sh'];
}

/** The kernel refuses some calls to the command. */
function refusingCalls(name: string, refusals: Refusal[]): string[] {
  const file = join(folder, name);
  writeFileSync(file, refusing(refusals));
  return [trainingEnvironment().executable, join(import.meta.dirname, '..', 'support', 'under-filter.py'), file];
}

const machines: Machine[] = [
  { title: 'without bubblewrap', prefix: withoutBubblewrap(), wall: 'bubblewrap', detail: /not installed/, remedy: /apt-get install bubblewrap/ },
  {
    title: 'that refuses user namespaces',
    prefix: refusingCalls('no-namespaces', [
      { call: 'clone', errorNumber: EPERM, flags: CLONE_NEWUSER },
      { call: 'clone3', errorNumber: ENOSYS },
      { call: 'unshare', errorNumber: EPERM, flags: CLONE_NEWUSER },
    ]),
    wall: 'cage',
    detail: /refuses user namespaces/,
    remedy: /sysctl kernel.unprivileged_userns_clone=1/,
  },
  {
    title: 'without Landlock',
    prefix: refusingCalls('no-landlock', [{ call: 'landlock_create_ruleset', errorNumber: ENOSYS }]),
    wall: 'landlock',
    detail: /no Landlock/,
    remedy: /5\.13/,
  },
];

function saleRows(): string {
  const random = seededRandom(3);
  const rows = Array.from({ length: 80 }, () => {
    const size = random.below(100);
    return `${size},${size + random.below(30) > 60 ? 'yes' : 'no'}`;
  });
  return `size,sold\n${rows.join('\n')}\n`;
}

describe.each(machines)('on a machine $title', LONG, ({ prefix, wall, detail, remedy, title }) => {
  const surroundings = { environment: { MODELWRIGHT_HOME: join(folder, title.replaceAll(' ', '-')) }, prefix };
  const tried = spawnSync(prefix[0], [...prefix.slice(1), 'true'], { encoding: 'utf8' });
  // Where a container forbids to make such a machine, this is not proved, and says so.
  beforeEach((context) => context.skip(tried.status !== 0, `a machine ${title} cannot be made here: ${tried.stderr.trim()}`));

  it('doctor says so before anything else, names the wall that is down and what to do', async () => {
    const ended = await runCommand(['doctor'], surroundings);
    expect(ended.exitCode).toBe(3);
    const lines = ended.lines.map(({ text }) => String(text));
    expect(lines[0]).toMatch(/^WARNING: no cage/);
    expect(lines[1]).toMatch(/^MW3023 Generated code is not run here/);
    const down = lines.findIndex((line) => line.includes(`DOWN    ${wall}`));
    expect(lines[down]).toMatch(detail);
    expect(lines[down + 1]).toMatch(remedy);
  });

  it('doctor tells a program the same, and why generated code would be refused', async () => {
    const { last, exitCode } = await runCommand(['doctor', '--json'], surroundings);
    expect(exitCode).toBe(3);
    const { kind, ...rest } = last;
    expect(kind).toBe('result');
    const found = Examination.parse(rest);
    expect(found.isCaged).toBe(false);
    expect(found.walls.find(({ name }) => name === wall)).toMatchObject({
      isUp: false,
      detail: expect.stringMatching(detail),
      remedy: expect.stringMatching(remedy),
    });
    expect(found.refusal).toMatchObject({ code: 'MW3023', message: expect.stringContaining(`"${wall}"`), hint: expect.stringMatching(remedy) });
    expect(found.backEnds[0]).toMatchObject({ name: 'none', state: 'in-use' });
    expect(found.backEnds.find(({ name }) => name === 'bubblewrap')).toMatchObject({ state: 'not-usable' });
  });

  it('a plan says that your files are read without one', async () => {
    const data = join(folder, 'read.csv');
    writeFileSync(data, saleRows());
    const ended = await runCommand(['plan', 'will it be sold?', '--data', data, '--yes'], surroundings);
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(ended.lines.map(({ text }) => String(text)).join(' ')).toMatch(/Your files\s+are\s+read\s+without\s+a\s+cage/);
  });

  it('a build says so before the plan and its training, and so does the report', async () => {
    const data = join(folder, 'rows.csv');
    writeFileSync(data, saleRows());
    const ended = await runCommand(['build', 'will it be sold?', '--data', data, '--budget', '12s', '--yes', '--name', 'uncaged'], surroundings);
    expect(ended.exitCode, ended.stderr).toBe(0);
    const lines = ended.lines.map(({ text }) => String(text).trim()).filter((line) => line !== '');
    expect(lines[0]).toMatch(/^! no cage .*your files.*modelwright doctor/);
    expect(lines.findIndex((line) => line.startsWith('Goal'))).toBeGreaterThan(0);
    const report = readFileSync(join(surroundings.environment.MODELWRIGHT_HOME, 'models', 'uncaged@1', 'report.html'), 'utf8');
    expect(report).toContain('Training ran without a cage');
  });
});

describe('on this machine', LONG, () => {
  const environment = { MODELWRIGHT_HOME: join(folder, 'home') };

  it('doctor says first that every wall stands, and ends well', async () => {
    const ended = await runCommand(['doctor'], { environment });
    expect(ended.exitCode).toBe(0);
    expect(String(ended.lines[0]['text'])).toMatch(/^All 20 walls of the cage stand/);
  });

  it('a build keeps what stood round its training, line by line, and what came of every fit; its report tells', async () => {
    const data = join(folder, 'caged.csv');
    writeFileSync(data, saleRows());
    const words = ['build', 'will it be sold?', '--data', data, '--budget', '12s', '--yes', '--name', 'caged', '--json'];
    const { lines, exitCode, stderr } = await runCommand(words, { environment });
    expect(exitCode, stderr).toBe(0);
    const opened = Containment.parse(lines.find(({ kind }) => kind === 'sandbox.opened')?.['containment']);
    expect(opened).toMatchObject({ backEnd: 'bubblewrap', outerCage: null, policySha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(opened.walls.filter(({ isUp }) => !isUp)).toEqual([]);
    expect(opened.harness.map(({ name }) => name)).toEqual(harnessFiles());
    const { outcomes, peakJobMemoryBytes } = ContainmentSummary.parse(lines.find(({ kind }) => kind === 'sandbox.closed')?.['summary']);
    expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(lines.filter(({ kind }) => kind === 'execution.finished').length);
    expect(peakJobMemoryBytes).toBeGreaterThan(0);
    const report = readFileSync(join(environment.MODELWRIGHT_HOME, 'models', 'caged@1', 'report.html'), 'utf8');
    expect(report).toContain('Training ran in a cage');
    for (const { sha256 } of opened.harness) expect(report).toContain(sha256);
  });

  it('doctor shows an outer cage as the claim that it is, and refuses a name that is none', async () => {
    const { last, exitCode } = await runCommand(['doctor', '--json'], { environment: { ...environment, MODELWRIGHT_OUTER_CAGE: 'gvisor' } });
    expect(exitCode).toBe(0);
    const { kind: _, ...rest } = last;
    expect(Examination.parse(rest).backEnds.find(({ name }) => name === 'external')).toMatchObject({
      state: 'claimed',
      reason: expect.stringContaining('not proved by us'),
    });
    const refused = await runCommand(['doctor', '--json'], { environment: { ...environment, MODELWRIGHT_OUTER_CAGE: 'a cage; of words' } });
    expect(refused.last).toMatchObject({ kind: 'error', code: 'MW1001' });
  });
});
