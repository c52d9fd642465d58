import { afterAll, describe, expect, it } from 'vitest';
import { openArena, type Arena } from './cases/arena.ts';
import { attackCases } from './cases/index.ts';
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

describe.each(tried)('without the wall "$wall"', ({ without, red, stillHeld }) => {
  let arena: Arena | undefined;
  const weakened = () => (arena ??= openArena(without));
  afterAll(() => arena?.close());

  it.each([...red, ...stillHeld])('%s ends as the table says', async (id) => {
    expect(await getsThrough(weakened(), id)).toBe(red.includes(id as (typeof red)[number]));
  });

  it('something turns red', ({ task }) => {
    const { wall } = mutations.find((one) => one.red === red) ?? { wall: task.name };
    const mutation = mutations.find((one) => one.wall === wall);
    expect(red.length > 0 || mutation?.isSeenBySelfTest === true).toBe(true);
  });
});

it('no wall that an attack names is left out of the table', () => {
  const named = new Set(attackCases.flatMap(({ walls }) => walls));
  // These are limits of a job, taken away by a larger one below.
  const limits = ['memory limit', 'wall clock', 'file watch', 'cage user name space'];
  expect([...named].filter((wall) => !limits.includes(wall) && !mutations.some((one) => one.wall === wall))).toEqual([]);
});
