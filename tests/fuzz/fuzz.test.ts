import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzzSeed, readerInputCount } from '../support/fuzz-size.ts';
import { fuzzReader, type FuzzResult } from './fuzz-reader.ts';
import { readers } from './readers.ts';

/** What the heap holds more at the end than at the beginning. */
const MOST_HELD_BYTES = 64 << 20;
/** The process with everything in it; it begins with some 120 MiB. */
const MOST_PEAK_BYTES = 768 << 20;
const LEAST_INPUTS = 5000;

const each = Math.ceil(readerInputCount / readers.length);
const results = new Map<string, FuzzResult>();

/** A home is on the disk before it answers, thousands of times over; whether the disk keeps up is not asked here. */
const inMemory = '/dev/shm';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(existsSync(inMemory) ? inMemory : tmpdir(), 'fuzz-readers-'));
});
// Inputs that something went wrong with stay where the message says.
afterAll(() => {
  if ([...results.values()].every(({ faults }) => faults.length === 0)) rmSync(folder, { recursive: true, force: true });
});

describe('broken input', () => {
  it.each(readers)(
    'is understood or refused by the reader $name, in bounded time and memory',
    async ({ name, takesAnything = false }) => {
      const result = await fuzzReader(name, { folder, seed: fuzzSeed, count: each });
      results.set(name, result);
      expect(result.faults).toEqual([]);
      expect(result.ran).toBe(each);
      // Both happen, or the slips are too coarse or too fine to prove anything.
      expect(result.understood).toBeGreaterThan(each / 100);
      if (!takesAnything) expect(result.refused).toBeGreaterThan(each / 10);
      expect(result.heldBytes).toBeLessThan(MOST_HELD_BYTES);
      expect(result.peakBytes).toBeLessThan(MOST_PEAK_BYTES);
    },
    1_800_000,
  );

  it(`is at least ${LEAST_INPUTS} inputs in all`, () => {
    const lines = [...results].map(([name, { ran, understood, refused, peakBytes }]) =>
      [name.padEnd(20), ran, 'inputs', understood, 'understood', refused, 'refused', Math.round(peakBytes / 2 ** 20), 'MiB at most'].join(' '),
    );
    const total = [...results.values()].reduce((sum, { ran }) => sum + ran, 0);
    process.stdout.write(`${lines.join('\n')}\n${total} inputs from seed ${fuzzSeed}\n`);
    expect(total).toBeGreaterThanOrEqual(LEAST_INPUTS);
  });

  it('that was kept belongs to a reader that is still there', () => {
    const names = readers.map(({ name }) => name);
    expect(readdirSync(new URL('kept', import.meta.url)).filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe('the fuzzer', () => {
  const plant = (name: string, mostMs = 60_000) => fuzzReader(name, { folder: mkdtempSync(join(folder, 'planted-')), seed: 1, count: 2, mostMs });

  it.each([
    ['throws what is no refusal', 'planted-crash', /TypeError: planted/],
    ['overflows the stack, though a RangeError is a refusal', 'planted-overflow', /Maximum call stack/],
    ['ends the process', 'planted-death', /^died by SIGABRT/],
    ['takes a hundred times the memory', 'planted-memory', /^took \d{3} MiB$/],
  ])('finds a reader that %s, and the input that did it', async (_, name, fault) => {
    const { faults } = await plant(name);
    expect(faults.map(({ at }) => at)).toEqual(name === 'planted-memory' ? ['0'] : ['0', '1']);
    expect(faults[0].fault).toMatch(fault);
    expect(readFileSync(faults[0].file, 'utf8')).toBe('"bad"');
  });

  it('finds a reader that never comes back', async () => {
    const { faults, ran } = await plant('planted-hang', 1500);
    expect(faults.map(({ at, fault }) => `${at} ${fault.split(':')[0]}`)).toEqual(['0 hangs', '1 hangs']);
    expect(ran).toBe(2);
  });

  it('finds a reader that keeps what it was given', async () => {
    const { heldBytes } = await fuzzReader('planted-leak', { folder, seed: 1, count: 80 });
    expect(heldBytes).toBeGreaterThan(MOST_HELD_BYTES);
  });
});
