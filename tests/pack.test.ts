import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainingEnvironment, trainingRoots } from './support/environment.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const customers = join(root, 'examples/telco_churn/customers.csv');
const sentence = 'which customers are about to leave?';
const MINUTE_MS = 60_000;

let folder: string;
beforeAll(async () => {
  trainingEnvironment();
  folder = await mkdtemp(join(tmpdir(), 'modelwright-pack-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const lastLine = (text: string): unknown => JSON.parse(text.trim().split('\n').at(-1) ?? '');
const buildWords = (home: string) => ['build', sentence, '--data', customers, '--budget', '10s', '--name', 'churn', '--yes', '--json', '--home', home];

describe('the published package', () => {
  let bin: string;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    // npm's own words about the package it runs for would be taken for settings of the one under test.
    const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(config_|package_|lifecycle_)/i.test(name)));
    environment = {
      ...clean,
      ONNXRUNTIME_NODE_INSTALL: 'skip',
      MODELWRIGHT_CACHE: trainingRoots()[0],
      PATH: `${join(folder, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
    };
    await run('npm', ['pack', '--foreground-scripts', '--pack-destination', folder], { cwd: root, env: environment });
    const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
    await writeFile(join(folder, 'package.json'), '{ "private": true }');
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', `./${tarball}`], { cwd: folder, env: environment });
    bin = join(folder, 'node_modules/.bin/modelwright');
  }, 5 * MINUTE_MS);

  it('answers with its version', async () => {
    const { stdout } = await run(bin, ['--version'], { cwd: folder, env: environment });
    expect(stdout.trim()).toBe('0.1.0');
  });

  it('brings no TypeScript, no test and no file of another kind than it needs', async () => {
    const files = await readdir(join(folder, 'node_modules/modelwright'), { recursive: true });
    const strays = files.filter((file) => /(^|\/)test[_-]|\.(test|contract)\.|\.golden\./.test(file) || (file.endsWith('.ts') && !/\.d\.m?ts$/.test(file)));
    expect(strays).toEqual([]);
    expect(existsSync(join(folder, 'node_modules/modelwright/harness/requirements.lock'))).toBe(true);
  });

  it('shows the threats by the evidence it brings, and has no records to check', async () => {
    const words = ['--json', '--home', join(folder, 'threats-home')];
    const { stdout } = await run(bin, ['threats', ...words], { cwd: folder, env: environment });
    // Whoever made the package signed it; in this new home nobody is trusted yet.
    expect(lastLine(stdout)).toMatchObject({ kind: 'result', counts: { proven: 0 }, build: { sources: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    await expect(run(bin, ['threats', '--check', ...words], { cwd: folder, env: environment })).rejects.toMatchObject({
      code: 2,
      stdout: expect.stringContaining('MW1003'),
    });
  });

  it(
    'builds a model and predicts with it',
    async () => {
      const home = join(folder, 'home');
      const built = await run(bin, buildWords(home), { cwd: folder, env: environment });
      expect(lastLine(built.stdout)).toMatchObject({ kind: 'result', model: expect.stringMatching(/^churn/) });
      const answers = join(folder, 'answers.csv');
      await run(bin, ['predict', 'churn', '--data', customers, '--out', answers, '--home', home], { cwd: folder, env: environment });
      const [header, ...rows] = (await readFile(answers, 'utf8')).trimEnd().split(/\r?\n/);
      expect(header.split(',')).toEqual(['prediction', 'probability_No', 'probability_Yes']);
      expect(rows).toHaveLength(7043);
    },
    2 * MINUTE_MS,
  );
});

// As root a namespace of its own is enough; anybody else needs one of users around it, which some systems forbid.
const withoutNetwork = process.getuid?.() === 0 ? ['unshare', '--net', '--'] : ['unshare', '--map-current-user', '--net', '--'];
const canCutNetwork = await run(withoutNetwork[0], [...withoutNetwork.slice(1), 'true']).then(
  () => true,
  () => false,
);

describe('without any network', () => {
  it.runIf(canCutNetwork)(
    'builds a model all the same',
    async () => {
      const home = join(folder, 'offline-home');
      const [program, ...words] = [...withoutNetwork, join(root, 'modelwright'), ...buildWords(home)];
      const { stdout } = await run(program, words, { cwd: folder });
      expect(lastLine(stdout)).toMatchObject({ kind: 'result', model: expect.stringMatching(/^churn/) });
    },
    2 * MINUTE_MS,
  );
});
