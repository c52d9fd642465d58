import { afterAll, beforeAll, expect, it } from 'vitest';
import { openArena, expectUntouched, weakCage, type Arena } from './cases/arena.ts';
import { attackCases } from './cases/index.ts';

let cage: Arena;
let weak: Arena;
beforeAll(() => {
  cage = openArena();
  weak = openArena(weakCage);
});
afterAll(async () => {
  await cage.close();
  await weak.close();
});

it('the list has 88 attacks, each once', () => {
  expect(attackCases.map(({ id }) => id)).toEqual(Array.from({ length: 88 }, (_, at) => `SBX-${String(at + 1).padStart(2, '0')}`));
});

it.each(attackCases)('$id $name is held back', async ({ attack }) => {
  await attack(cage);
  expectUntouched(cage);
});

const controls = attackCases.flatMap(({ id, name, control }) => ('does' in control ? [{ id, name, ...control }] : []));

it.each(controls)('$id $name has its control', async ({ run }) => {
  await run(cage, weak);
  expectUntouched(cage);
});
