import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTrainingEnvironment } from '../scripts/environment.mjs';
import { trainingEnvironment } from './support/environment.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../scripts/setup.mjs', import.meta.url));
const userId = process.getuid?.() ?? -1;

describe('setting up', () => {
  let cache: string;
  let environment: NodeJS.ProcessEnv;

  // The large environment is lent, so that only the small developer tools are built anew.
  beforeEach(async () => {
    const parent = await mkdtemp('/var/tmp/modelwright-setup-');
    await run('chmod', ['755', parent]);
    cache = join(parent, 'cache');
    await mkdir(cache);
    const lent = join(trainingEnvironment().environment, '..');
    await symlink(lent, join(cache, basename(lent)));
    environment = { ...process.env, MODELWRIGHT_CACHE: cache };
  });
  afterEach(() => rm(join(cache, '..'), { recursive: true, force: true }));

  const setUp = () => run(process.execPath, [script, '--dev'], { env: environment });

  it('goes on after it was killed half-way, also twice at once, leaves nothing behind, and then has nothing to do', async () => {
    const killed = spawn(process.execPath, [script, '--dev'], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    await once(killed.stdout, 'data');
    killed.kill('SIGKILL');
    await once(killed, 'close');
    expect(findTrainingEnvironment([cache], userId).kind).toBe('missing');

    const both = await Promise.all([setUp(), setUp()]);
    expect(both.map(({ stdout }) => stdout.includes('waiting for it')).sort()).toEqual([false, true]);
    expect((await readdir(cache)).map((entry) => entry.split('-')[0]).sort()).toEqual(['dev', 'env', 'guest', 'guest', 'harness']);
    expect(findTrainingEnvironment([cache], userId).kind).toBe('ready');

    const startedMs = performance.now();
    expect((await setUp()).stdout).toBe('');
    expect(performance.now() - startedMs).toBeLessThan(1000);
  }, 120_000);
});
