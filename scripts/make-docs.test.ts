import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { attackCases } from '../tests/attacks/cases/index.ts';
import { mutations } from '../tests/attacks/cases/mutations.ts';
import { commandLinePage, errorsPage, threatsPage } from './make-docs.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, '..', 'docs', name), 'utf8');

it('has the page of errors that the table of codes makes (else: node scripts/make-docs.ts)', () => {
  expect(read('errors.md')).toBe(errorsPage());
});

it('has the page of the command line that its help makes (else: node scripts/make-docs.ts)', () => {
  expect(read('command-line.md')).toBe(commandLinePage());
});

it('has the page of threats that their records make (else: node scripts/make-docs.ts)', () => {
  expect(read('threats.md')).toBe(threatsPage());
});

it('has a page of attacks that a run of these attacks made (else: npm run attacks -- --write)', () => {
  const page = read('attacks.md');
  expect(attackCases.filter(({ id, name, tries }) => !page.includes(`| ${id} ${name} | ${tries} |`)).map(({ id }) => id)).toEqual([]);
  expect(mutations.filter(({ wall }) => !page.includes(`| ${wall} |`)).map(({ wall }) => wall)).toEqual([]);
  expect(page).toContain('**88 cases: ');
});
