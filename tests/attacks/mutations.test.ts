import { afterAll, describe, expect, it } from 'vitest';
import { openArena, type Arena } from './cases/arena.ts';
import { attackCases } from './cases/index.ts';
import './cases/meta.ts';
import { mutations } from './cases/mutations.ts';

const caseOf = (id: string) => {
  const found = attackCases.find((one) => one.id === id);
  if (!found) throw new Error(`there is no ${id}`);
  return found;
};

/** Whether the attack gets through. An arena that does not even start a program would be no finding. */
async function getsThrough(arena: Arena, id: string): Promise<boolean> {
  const untouched = await arena.answers('attempt("runs", lambda: 1)');
  expect(untouched['runs']).toBe('done 1');
  try {
    await caseOf(id).attack(arena);
    return false;
  } catch (error) {
    if (error instanceof Error && error.name === 'AssertionError') return true;
    throw error;
  }
}

const isRoot = process.getuid?.() === 0;
const tried = mutations.filter(({ needsRoot }) => isRoot || !needsRoot);

describe.each(tried)('without the wall "$wall"', ({ wall, without, red, stillHeld, isSeenBySelfTest }) => {
  let arena: Arena | undefined;
  const weakened = () => (arena ??= openArena(without));
  afterAll(() => arena?.close());

  it.for([...red, ...stillHeld])('%s ends as the table says', async (id, { task }) => {
    task.meta.attack = { part: 'mutation', wall, id, isRed: red.includes(id) };
    expect(await getsThrough(weakened(), id)).toBe(red.includes(id));
  });

  it('something turns red: an attack, or the self-test by which programs are refused', ({ task }) => {
    task.meta.attack = { part: 'wall', wall, isSeenBySelfTest };
    expect(red.length > 0 || isSeenBySelfTest).toBe(true);
  });
});

it('the table takes every wall away that an attack names', () => {
  const named = new Set(attackCases.flatMap(({ walls }) => walls));
  expect([...named].filter((wall) => !mutations.some((one) => one.wall === wall))).toEqual([]);
});

it('the table pairs a wall only with attacks that name it', () => {
  const strangers = mutations.flatMap(({ wall, red, stillHeld }) =>
    [...red, ...stillHeld].filter((id) => !caseOf(id).walls.includes(wall)).map((id) => `${wall}: ${id}`),
  );
  expect(strangers).toEqual([]);
});
