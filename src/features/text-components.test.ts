import { describe, expect, it } from 'vitest';
import { seededRandom } from '../domain/random.ts';
import { fitTextComponents } from './text-components.ts';
import { openTextSums, type TableText } from './text-sums.ts';

const TOPICS = 3;
const VOCABULARY = 90;

/** Rows of three topics; each topic has words of its own, and all share a few. */
function madeText(rowCount: number, seed: number): { text: TableText; topics: number[] } {
  const random = seededRandom(seed);
  const topics = Array.from({ length: rowCount }, () => random.below(TOPICS));
  const rows = topics.map((topic) => {
    const ids = new Set(Array.from({ length: 12 }, () => (random.next() < 0.2 ? random.below(15) : 15 + topic * 25 + random.below(25))));
    return [...ids].toSorted((a, b) => a - b);
  });
  const start = new Int32Array(rowCount + 1);
  rows.forEach((ids, row) => (start[row + 1] = start[row] + ids.length));
  const weights = Float32Array.from(rows.flatMap((ids) => ids.map(() => 1 / Math.sqrt(ids.length))));
  return { text: { start, ids: Int32Array.from(rows.flat()), weights, same: Int32Array.from(rows.keys()) }, topics };
}

function columnsOf(text: TableText): number[][] {
  const components = fitTextComponents(text, VOCABULARY);
  const opened = openTextSums(components, VOCABULARY);
  return Array.from(text.same, (_, row) => {
    opened.addUp(text, text.start[row], text.start[row + 1]);
    return [...opened.sums];
  });
}

describe('the components of texts', () => {
  const { text, topics } = madeText(300, 1);
  const columns = columnsOf(text);
  const energyOf = (at: number) => columns.reduce((sum, row) => sum + row[at] ** 2, 0);

  it('are fewer where rows are few, and none without terms', () => {
    expect(columns[0]).toHaveLength(6);
    expect(fitTextComponents({ ...text, start: new Int32Array(301), ids: new Int32Array(0), weights: new Float32Array(0) }, 0)).toEqual([]);
  });

  it('say the most first, and stand at right angles', () => {
    for (let at = 1; at < 6; at++) expect(energyOf(at)).toBeLessThanOrEqual(energyOf(at - 1) * 1.02);
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < a; b++) {
        const product = columns.reduce((sum, row) => sum + row[a] * row[b], 0);
        expect(Math.abs(product)).toBeLessThan(0.02 * Math.sqrt(energyOf(a) * energyOf(b)));
      }
    }
  });

  it('put texts of one topic beside each other', () => {
    const centres = Array.from({ length: TOPICS }, (_, topic) => {
      const own = columns.filter((__, row) => topics[row] === topic);
      return Array.from({ length: TOPICS }, (__, at) => own.reduce((sum, row) => sum + row[at] / own.length, 0));
    });
    const distance = (row: number[], centre: number[]) => centre.reduce((sum, value, at) => sum + (value - row[at]) ** 2, 0);
    const nearest = columns.map((row) => centres.map((centre) => distance(row, centre)).reduce((best, value, at, all) => (value < all[best] ? at : best), 0));
    expect(nearest.filter((topic, row) => topic === topics[row]).length).toBeGreaterThan(290);
  });

  it('are the same for the same texts, and count a text of many rows as often', () => {
    expect(fitTextComponents(text, VOCABULARY)).toEqual(fitTextComponents(text, VOCABULARY));
    const twice = { ...text, same: Int32Array.from(text.same, () => 0) };
    expect(fitTextComponents(twice, VOCABULARY)).toHaveLength(1);
  });
});
