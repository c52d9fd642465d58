import type { ColumnImportance } from '../../domain/package.ts';
import type { ScoreRecord } from '../../domain/event.ts';
import { alignedFigures, cut, escape, figure } from './report-html.ts';

/** Drawings of a report: SVG in the page, each with its numbers in a table beside it or in its labels. */

const at = (value: number) => value.toFixed(1);
const label = (x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end' = 'middle', className = '') =>
  `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}"${className && ` class="${className}"`}>${escape(text)}</text>`;

/** The score with its interval on one line with the baseline. */
export function scoreChart({ score, baseline }: ScoreRecord): string {
  const low = Math.min(score.low, baseline, score.value);
  const high = Math.max(score.high, baseline, score.value);
  const pad = (high - low || Math.abs(high) || 1) * 0.12;
  const x = (value: number) => 20 + ((value - low + pad) / (high - low + 2 * pad)) * 660;
  // Labels stay inside the drawing, wherever their mark stands.
  const labelX = (value: number) => Math.min(620, Math.max(80, x(value)));
  return `<svg viewBox="0 0 700 92" role="img" aria-label="this model ${figure(score.value)}, 95 percent interval ${figure(score.low)} to ${figure(score.high)}, baseline ${figure(baseline)}">
<line x1="20" x2="680" y1="50" y2="50" stroke="#d9dee5"/>
<rect x="${at(x(score.low))}" y="42" width="${at(Math.max(2, x(score.high) - x(score.low)))}" height="16" fill="#3567a8" opacity=".35"/>
<circle cx="${at(x(score.value))}" cy="50" r="6" fill="#3567a8"/>${label(labelX(score.value), 30, `this model ${figure(score.value)}`)}
<line x1="${at(x(baseline))}" x2="${at(x(baseline))}" y1="38" y2="62" stroke="#b3261e" stroke-width="3"/>${label(labelX(baseline), 80, `baseline ${figure(baseline)}`)}</svg>`;
}

/** A bar a column. */
export function importanceChart(shown: ColumnImportance[]): string {
  const losses = shown.map(({ loss }) => loss);
  const largest = Math.max(...losses);
  const told = alignedFigures(losses);
  const bars = shown.map(({ column, loss }, index) => {
    const y = 8 + index * 24;
    const width = Math.max(1, (loss / largest) * 360);
    return `${label(230, y + 13, cut(column, 32), 'end')}<rect x="240" y="${y}" width="${at(width)}" height="17" fill="#3567a8"/>${label(246 + width, y + 13, told(loss), 'start')}`;
  });
  return `<svg viewBox="0 0 700 ${shown.length * 24 + 12}" role="img" aria-label="importance of columns, the largest first">${bars.join('')}</svg>`;
}

export type Dot = { x: number; y: number; radius: number };
type Axis = { title: string; told: (value: number) => string };

/** Dots in a square whose two axes run over the same values; on the dashed line both are equal. */
export function squareChart(dots: Dot[], range: { low: number; high: number }, x: Axis, y: Axis): string {
  const [left, top, size] = [64, 10, 300];
  const span = range.high - range.low || 1;
  const across = (value: number) => left + ((value - range.low) / span) * size;
  const up = (value: number) => top + size - ((value - range.low) / span) * size;
  const steps = ticks(range.low, range.high);
  const lines = steps.map(
    (value) =>
      `<line x1="${left}" x2="${left + size}" y1="${at(up(value))}" y2="${at(up(value))}" stroke="#eef1f4"/><line y1="${top}" y2="${top + size}" x1="${at(across(value))}" x2="${at(across(value))}" stroke="#eef1f4"/>`,
  );
  const marks = steps.map(
    (value) => label(across(value), top + size + 16, x.told(value), 'middle', 'dim') + label(left - 6, up(value) + 4, y.told(value), 'end', 'dim'),
  );
  const circles = dots.map((dot) => `<circle cx="${at(across(dot.x))}" cy="${at(up(dot.y))}" r="${at(dot.radius)}" fill="#3567a8" opacity=".5"/>`);
  return `<svg viewBox="0 0 400 355" role="img" aria-label="${escape(`${y.title} against ${x.title}`)}">${lines.join('')}
<rect x="${left}" y="${top}" width="${size}" height="${size}" fill="none" stroke="#d9dee5"/>
<line x1="${left}" y1="${top + size}" x2="${left + size}" y2="${top}" stroke="#b3261e" stroke-dasharray="4 4"/>${circles.join('')}${marks.join('')}
${label(left + size / 2, 348, x.title)}<text x="12" y="${top + size / 2}" text-anchor="middle" transform="rotate(-90 12 ${top + size / 2})">${escape(y.title)}</text></svg>`;
}

/** About five round values inside a range. */
export function ticks(low: number, high: number): number[] {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return [low];
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough;
  const first = Math.ceil(low / step - 1e-9);
  // Counted in steps: adding them up would end in 0.30000000000000004.
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}
