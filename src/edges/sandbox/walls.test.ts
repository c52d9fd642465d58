import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProbeHarness, openProbeWorker, probeJob, probeLimits, type ProbeHarness } from '../../../tests/attacks/probe-harness.ts';
import { openSandbox } from './open-sandbox.ts';
import { probeWalls } from './walls.ts';

describe('the walls of this machine', () => {
  let harness: ProbeHarness;
  beforeAll(() => {
    harness = makeProbeHarness();
  });
  afterAll(() => harness.remove());

  it('all stand, each with its name and what was seen', async () => {
    const walls = await probeWalls(harness);
    expect(walls.filter(({ isUp }) => !isUp)).toEqual([]);
    expect(walls.map(({ name }) => name)).toEqual([
      'bubblewrap',
      'cage',
      'user',
      'privileges',
      'network',
      'files',
      'system calls',
      'landlock',
      'libraries',
      'openmp',
      'limits',
    ]);
  });

  it('are opened as a cage', async () => {
    const sandbox = await openSandbox(harness);
    expect(sandbox.isCaged).toBe(true);
    expect(sandbox.walls.length).toBeGreaterThan(9);
  });

  it('are said to be missing where the learners cannot be read, with what to do', async () => {
    const walls = await probeWalls({ ...harness, environment: { ...harness.environment, sitePackages: harness.emptySitePackages } });
    expect(walls.filter(({ isUp }) => !isUp)).toEqual([
      { name: 'libraries', isUp: false, detail: 'the learners cannot be read inside', remedy: expect.stringContaining('setup') },
    ]);
  });

  it('are said to be missing where a folder is not there at all', async () => {
    const walls = await probeWalls({ ...harness, environment: { ...harness.environment, harness: '/nowhere' } });
    expect(walls.find(({ name }) => name === 'cage')).toMatchObject({ isUp: false, remedy: expect.stringContaining('setup') });
  });

  it('are said to be missing where nothing has been set up, and where there is no place for a file', async () => {
    expect((await probeWalls({ ...harness, environment: null })).find(({ name }) => name === 'cage')).toMatchObject({ isUp: false });
    expect((await probeWalls({ ...harness, scratchDirectory: '/nowhere' })).find(({ name }) => name === 'cage')).toMatchObject({ isUp: false });
  });

  it('let curated learners run without a cage where one is missing, and say so', async () => {
    const broken = { ...harness, environment: { ...harness.environment, basePrefix: '/nowhere' } };
    const sandbox = await openSandbox(broken);
    expect(sandbox.isCaged).toBe(false);
    expect(sandbox.walls.some(({ isUp, remedy }) => !isUp && remedy !== undefined)).toBe(true);
    const worker = await openProbeWorker(sandbox);
    expect(await worker.execute(probeJob({ do: 'good' }), probeLimits).outcome).toMatchObject({ kind: 'finished' });
    await worker.close();
  });
});
