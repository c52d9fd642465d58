import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { askContainerEngine, listBackEnds, type BackEndFacts, type EngineAnswer } from './back-ends.ts';
import { containerArguments, containerProfile } from './container-profile.ts';
import type { Wall } from './sandbox.ts';

const up: Wall = { kind: 'wall', name: 'user', isUp: true, detail: 'user 61200' };
const down: Wall = { kind: 'wall', name: 'cage', isUp: false, detail: 'this machine refuses user namespaces', remedy: 'Allow them.' };
const facts: BackEndFacts = { walls: [up], engine: { kind: 'no-client' }, outerCage: null };
const found = (name: string, change: Partial<BackEndFacts>) => listBackEnds({ ...facts, ...change }).find((one) => one.name === name);

describe('what can stand round code', () => {
  it('is bubblewrap where every wall stands, said first', () => {
    expect(listBackEnds(facts).map(({ name, state }) => [name, state])).toEqual([
      ['bubblewrap', 'in-use'],
      ['container', 'not-usable'],
      ['external', 'not-used'],
      ['none', 'not-used'],
    ]);
  });

  it('is nothing where a wall is down, said first, with the wall and what to do', () => {
    expect(listBackEnds({ ...facts, walls: [up, down] })[0]).toMatchObject({
      name: 'none',
      state: 'in-use',
      reason: expect.stringContaining('generated code is refused'),
    });
    expect(found('bubblewrap', { walls: [up, down] })).toMatchObject({
      state: 'not-usable',
      reason: 'cage: this machine refuses user namespaces',
      remedy: 'Allow them.',
    });
    expect(found('bubblewrap', { walls: [] })).toMatchObject({ state: 'not-usable' });
  });

  it('is a container that could be used where an engine answers, and none where only its client is there', () => {
    expect(found('container', { engine: { kind: 'ready', client: 'docker', version: '27.1' } })).toMatchObject({ state: 'usable' });
    const answer = found('container', { engine: { kind: 'no-server', client: 'docker', said: 'Cannot connect' } });
    expect(answer).toMatchObject({ state: 'not-usable', reason: expect.stringContaining('client without server (Cannot connect)') });
  });

  it('is never what an operator claims: a claim stands for no wall', () => {
    expect(found('external', { outerCage: 'gvisor' })).toMatchObject({ state: 'claimed', reason: expect.stringContaining('not proved by us') });
    expect(listBackEnds({ ...facts, outerCage: 'gvisor', walls: [down] })[0]).toMatchObject({ name: 'none', state: 'in-use' });
  });
});

describe('a container', () => {
  const image = process.env['MODELWRIGHT_TEST_IMAGE'] ?? 'debian:12-slim';
  let engine: EngineAnswer;
  let problem: string | undefined;
  beforeAll(async () => {
    engine = await askContainerEngine();
    if (engine.kind !== 'ready') problem = engine.kind === 'no-client' ? 'neither docker nor podman is installed' : `${engine.client}: client without server`;
    else if (spawnSync(engine.client, ['image', 'inspect', image]).status !== 0) problem = `${engine.client} has no image ${image}`;
    if (problem !== undefined) console.info(`no container was run: ${problem}`);
  });

  it('runs a program shut by these words and this profile, where an engine and an image are there', (context) => {
    if (engine.kind !== 'ready' || problem !== undefined) return context.skip(problem);
    const folder = mkdtempSync(join(tmpdir(), 'container-'));
    try {
      const profileFile = join(folder, 'seccomp.json');
      writeFileSync(profileFile, JSON.stringify(containerProfile()));
      const environment = { basePrefix: '/usr', python: '', sitePackages: folder, harness: folder };
      const command = ['/bin/sh', '-c', 'ls /sys/class/net; touch /planted || echo refused'];
      const words = containerArguments({
        client: engine.client,
        image,
        profileFile,
        uid: 61_200,
        memoryBytes: 2 ** 28,
        strength: 'program',
        environment,
        command,
      });
      const ended = spawnSync(words[0], words.slice(1), { encoding: 'utf8' });
      expect(ended.stdout.trim().split('\n')).toEqual(['lo', 'refused']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
