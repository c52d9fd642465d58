import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
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
