import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { errorCodes } from './error-codes.ts';

const source = join(import.meta.dirname, '..');
const codes = Object.keys(errorCodes);

it('holds no code that nothing says', () => {
  const texts = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.endsWith('error-codes.ts'))
    .map((path) => readFileSync(join(source, path), 'utf8'));
  expect(codes.filter((code) => texts.every((text) => !text.includes(`'${code}'`)))).toEqual([]);
});

it('lists the codes in the order of their numbers, each with a name of its own', () => {
  expect(codes).toEqual(codes.toSorted());
  const names = Object.values(errorCodes).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
