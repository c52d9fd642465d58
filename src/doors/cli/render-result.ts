import type { ScoreRecord } from '../../domain/event.ts';
import type { BuildResult } from '../client/client.ts';
import { printable, type Terminal } from './terminal.ts';

/** A score as people read it: three or four digits that matter, never sixteen. */
export function number(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toPrecision(3);
  return size >= 1000 ? value.toFixed(0) : size >= 100 ? value.toFixed(1) : size >= 10 ? value.toFixed(2) : value.toFixed(3);
}

export const seconds = (durationMs: number) => (durationMs < 9_950 ? `${(durationMs / 1000).toFixed(1)} s` : `${Math.round(durationMs / 1000)} s`);

export const verdictLine = ({ metric, score, baseline, rowCount }: ScoreRecord) =>
  `${metric} ${number(score.low)} to ${number(score.high)} (best estimate ${number(score.value)}), baseline ${number(baseline)}, on ${rowCount} rows`;

/** The box at the end of a build: the verdict, the range before the decimal, and the next command. */
export function renderResult(result: BuildResult, terminal: Terminal, command: string): void {
  const { score, metric, baseline } = result;
  const colour = result.verdict === 'worth-using' ? 'green' : result.verdict === 'do-not-use' ? 'red' : 'yellow';
  terminal.line('');
  terminal.line(`  ${terminal.style('bold', result.model)}  ${terminal.style(colour, result.sentence)}`);
  terminal.line(`  ${metric}  ${number(score.low)} to ${number(score.high)}  (best estimate ${number(score.value)}, baseline ${number(baseline)})`);
  terminal.line(`  measured on ${result.rows.test} rows that no training ever saw; learnt from ${result.rows.train}`);
  terminal.line(`  ${seconds(result.wallMs)} of ${seconds(result.budgetMs)}${result.isStoppedEarly ? ', stopped early' : ''}, ${result.members} fold models`);
  terminal.line('');
  terminal.line(`  Report   ${printable(result.path)}/report.html`);
  terminal.line(`  Next     ${command} predict ${result.model.split('@')[0]} --data new.csv --out scored.csv`);
}
