import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Examination } from '../../src/doors/client/index.ts';
import { runCommand } from '../support/command.ts';

const ORDINARY_USER = 61_181;
const asOrdinary = [
  'setpriv',
  `--reuid=${ORDINARY_USER}`,
  `--regid=${ORDINARY_USER}`,
  '--clear-groups',
  '--no-new-privs',
  '--bounding-set=-all',
  '--inh-caps=-all',
];
const isRoot = process.getuid?.() === 0;
const canRead = isRoot && spawnSync(asOrdinary[0], [...asOrdinary.slice(1), 'test', '-r', join(import.meta.dirname, '../../package.json')]).status === 0;

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'walls-')));
  if (isRoot) chownSync(folder, ORDINARY_USER, ORDINARY_USER);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const wallsOf = async (prefix: string[], home: string) => {
  const ended = await runCommand(['doctor', '--json'], { environment: { MODELWRIGHT_HOME: join(folder, home), XDG_CACHE_HOME: folder, HOME: folder }, prefix });
  expect(ended.exitCode, ended.stderr).toBe(0);
  const { kind: _, ...examination } = ended.last;
  return Examination.parse(examination).walls;
};

it.runIf(canRead)(
  'the walls are the same whether root or an ordinary user starts it, and neither leaves a job the rights of root',
  { timeout: 60_000 },
  async () => {
    const [root, ordinary] = [await wallsOf([], 'of-root'), await wallsOf(asOrdinary, 'of-ordinary')];
    expect(ordinary.map(({ name, isUp }) => ({ name, isUp }))).toEqual(root.map(({ name, isUp }) => ({ name, isUp })));
    expect(root.every(({ isUp }) => isUp)).toBe(true);
    // Read from outside: who the worker is on this machine.
    const userOf = (walls: typeof root) => Number(/user (\d+)/.exec(walls.find(({ name }) => name === 'user')?.detail ?? '')?.[1]);
    expect(userOf(ordinary)).toBe(ORDINARY_USER);
    expect(userOf(root)).toBeGreaterThan(0);
    expect(root.find(({ name }) => name === 'user')?.detail).toContain("cannot open what is root's");
  },
);
