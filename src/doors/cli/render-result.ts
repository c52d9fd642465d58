import { coverageWarning, coverageWords, uncountedWords } from '../../domain/coverage-words.ts';
import type { ScoreRecord } from '../../domain/event.ts';
import type { Coverage } from '../../domain/prediction-interval.ts';
import { refitAbandonWords } from '../../domain/refit-words.ts';
import { unjudgedWords } from '../../domain/unjudged-words.ts';
import type { BuildResult } from '../client/client.ts';
import { counted, number, seconds, shellWord } from './figures.ts';
import { printable, type Terminal } from './terminal.ts';

type Measured = Pick<ScoreRecord, 'metric' | 'score' | 'baseline' | 'rowCount'>;

/** The range before the decimal: the decimal alone promises more than was measured. */
export const scoreLine = ({ metric, score, baseline }: Omit<Measured, 'rowCount'>) =>
  `${metric} ${number(score.low)} to ${number(score.high)}  (best estimate ${number(score.value)}, baseline ${number(baseline)})`;

export const measuredLine = (measured: Measured) => `${scoreLine(measured)}, on ${counted(measured.rowCount, 'row')}`;

/** What the ranges beside the answers held, and how wide they are. */
export const coverageLine = (coverage: Coverage) => `${coverageWords(coverage)}; ${number(coverage.meanWidth)} wide on average`;

/** The end of a build: the verdict, the score, what it cost, and the next command. */
export function renderResult(result: BuildResult, terminal: Terminal, next: { commandName: string; home: string | null }): void {
  const { model, rows, members, wallMs, budgetMs } = result;
  const colour = result.verdict === 'worth-using' ? 'green' : result.verdict === 'do-not-use' ? 'red' : 'yellow';
  const [name] = model.split('@');
  terminal.line('');
  terminal.wrapped(`  ${terminal.style('bold', model)}  ${terminal.style(colour, printable(result.sentence))}`, 4);
  terminal.line(`  ${scoreLine(result)}`);
  terminal.line(
    result.measuredOn === 'cross-validation'
      ? `  measured by cross-validation on ${counted(rows.test, 'row')}: there are too few to lock some away`
      : `  measured on ${counted(rows.test, 'row')}${result.measuredOn === 'test-file' ? ' of the test file' : ''} that no training ever saw; learnt from ${counted(rows.train, 'row')}`,
  );
  const unjudged = unjudgedWords(result.unjudgedClasses);
  if (unjudged !== null) terminal.wrapped(`  ${terminal.style('yellow', printable(unjudged))}`, 4);
  const { coverage, interval } = result;
  if (interval !== null) terminal.wrapped(`  ${coverage === null ? uncountedWords(interval) : coverageLine(coverage)}`, 4);
  const warning = coverage && coverageWarning(coverage);
  if (warning !== null) terminal.wrapped(`  ${terminal.style('yellow', warning)}`, 4);
  const { shipped } = result;
  if (shipped.kind === 'refit')
    terminal.wrapped(
      `  then trained once more on all ${counted(shipped.rowCount, 'row')}: the score is that of its twin, which never saw the measured ones`,
      4,
    );
  else if (shipped.because !== null) terminal.wrapped(`  the measured model ships, because ${refitAbandonWords[shipped.because]}`, 4);
  terminal.line(
    `  ${seconds(wallMs)} of ${seconds(budgetMs)}${result.isStoppedEarly ? ', stopped early' : ''}; ${counted(members, 'trained model')} in the package`,
  );
  terminal.line('');
  terminal.line(`  Report   ${printable(result.path)}/report.html`);
  terminal.line(`  Next     ${next.commandName} predict ${name} --data new.csv --out scored.csv${next.home === null ? '' : ` --home ${shellWord(next.home)}`}`);
}
