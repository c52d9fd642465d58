import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { harnessSources } from '../scripts/environment.mjs';
import { Learner } from '../src/domain/learner.ts';

const namesIn = (folder: string, end: string) =>
  readdirSync(`${harnessSources}/${folder}`)
    .filter((file) => file.endsWith(end) && !file.startsWith('__'))
    .map((file) => file.slice(0, -end.length))
    .toSorted();

it('finds each learner that is described here in the harness, put to the promises of every learner, and no others', () => {
  const described = Learner.options.toSorted();
  expect(namesIn('learners', '_learner.py')).toEqual(described);
  expect(namesIn('tests/golden', '.py')).toEqual(described);
});
