import { afterAll, beforeAll, expect, it } from 'vitest';
import { probeWalls } from '../../src/edges/sandbox/walls.ts';
import { openArena, expectUntouched, weakCage, type Arena } from './cases/arena.ts';
import { attackCases } from './cases/index.ts';
import './cases/meta.ts';

let cage: Arena;
let weak: Arena;
let noCage: string | undefined;
beforeAll(async () => {
  cage = openArena();
  weak = openArena(weakCage);
  // Only what the machine refuses is a reason to leave attacks untried; a wall that is ours to put up is not.
  const down = (await probeWalls(cage.harness)).find(({ name, isUp }) => !isUp && (name === 'bubblewrap' || name === 'cage'));
  noCage = down && `no cage can be had here: ${down.detail}`;
});
afterAll(async () => {
  await cage.close();
  await weak.close();
});

it('the list has 88 attacks, each once', () => {
  expect(attackCases.map(({ id }) => id)).toEqual(Array.from({ length: 88 }, (_, at) => `SBX-${String(at + 1).padStart(2, '0')}`));
});

it.for(attackCases)('$id $name is held back', async ({ attack, control, ...facts }, { task, skip }) => {
  task.meta.attack = { ...facts, part: 'attack', control: 'does' in control ? control.does : control.none, hasControl: 'does' in control };
  skip(noCage !== undefined, noCage);
  await attack(cage);
  expectUntouched(cage);
});

const controls = attackCases.flatMap(({ id, name, control }) => ('does' in control ? [{ id, name, ...control }] : []));

it.for(controls)('$id $name has its control', async ({ id, run }, { task, skip }) => {
  task.meta.attack = { id, part: 'control' };
  skip(noCage !== undefined, noCage);
  await run(cage, weak);
  expectUntouched(cage);
});
