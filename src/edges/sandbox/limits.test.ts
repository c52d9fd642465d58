import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { harnessSources } from '../../../scripts/environment.mjs';
import { describeLimits, rooms } from './limits.ts';

it('are those that the harness sets', () => {
  const source = readFileSync(join(harnessSources, 'harden.py'), 'utf8');
  const roomOf = (level: string) => {
    const [, mebibytes, openFiles, tasks] = new RegExp(`"${level}": Room\\((\\d+) \\* MEBIBYTE, (\\d+), (\\d+)\\)`).exec(source) ?? [];
    return { fileBytes: Number(mebibytes) * 2 ** 20, openFiles: Number(openFiles), tasks: Number(tasks) };
  };
  expect(rooms).toEqual({ curated: roomOf('cage'), program: roomOf('program') });
});

it('are told with who keeps them, and fewer where there is no cage', () => {
  const facts = { strength: 'curated', memoryBytes: 2 ** 31, threads: 2, isCaged: true, isGrouped: true } as const;
  expect(describeLimits(facts)).toContainEqual({ name: 'memory of the cage', value: '2.0 GiB', keptBy: 'control group' });
  expect(describeLimits({ ...facts, isGrouped: false })).toContainEqual({
    name: 'memory of the cage',
    value: '2.0 GiB',
    keptBy: 'watched from outside every 50 ms',
  });
  expect(describeLimits({ ...facts, isCaged: false }).map(({ name }) => name)).not.toContain('memory of the cage');
});
