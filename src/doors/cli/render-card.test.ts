import { describe, expect, it } from 'vitest';
import type { Plan } from '../../domain/plan.ts';
import { madePlan } from '../../../tests/fixtures/made-plan.ts';
import { renderCard } from './render-card.ts';
import { openTerminal } from './terminal.ts';

function shown(part: Partial<Plan>, warnings: string[] = []): string {
  let text = '';
  const terminal = openTerminal({ write: (piece: string) => (text += piece) }, {});
  const readAs = { value: 'cells between commas', certainty: 0.9, reason: 'the file leaves no doubt', option: '--delimiter' };
  renderCard({ plan: madePlan(part), readAs, warnings, classShares: [], isCaged: null }, terminal, 'with --json');
  return text;
}
const many = (count: number, name: string) => Array.from({ length: count }, (_, at) => `${name} ${at}`);

describe('a card', () => {
  it('says how the file was read, how sure that is, and by which options it is read otherwise', () => {
    expect(shown({})).toContain('Read as     cells between commas  (sure: the file leaves no doubt; --delimiter)');
  });

  it('names the columns that are learnt from, by their kinds, where they are few', () => {
    expect(shown({})).toMatch(/Learns from 2 columns \(1 number, 1 category; --kind\), 100 rows\n +number: x; category: town\n/);
    const [x] = madePlan().inputs;
    const wide = shown({ inputs: many(13, 'column').map((name) => ({ ...x, name })) });
    expect(wide).toContain('13 columns (13 number; --kind)');
    expect(wide).not.toContain('column 3');
  });

  it('says where the notes and the columns stand that it has no room for', () => {
    const leftOut = many(14, 'key').map((name) => ({ name, reason: 'identifier' as const, detail: 'it names a row' }));
    const text = shown({ leftOut }, many(7, 'note'));
    expect(text).toContain('and 2 more columns, all of them with --json');
    expect(text).toContain('and 2 more notes, all of them with --json');
  });

  it('never cuts a column off that is left out for knowing the answer before one that names rows', () => {
    const leftOut = many(14, 'key').map((name) => ({ name, reason: 'identifier' as const, detail: 'it names a row' }));
    expect(shown({ leftOut: [...leftOut, { name: 'refund', reason: 'leak', detail: 'tells the answer alone' }] })).toMatch(/Left out +refund/);
  });
});
