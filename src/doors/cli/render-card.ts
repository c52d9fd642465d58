import type { PlanCard } from '../client/client.ts';
import { counted, percent, seconds } from './figures.ts';
import { printable, type Terminal } from './terminal.ts';

const INDENT = 14;
const MAX_CLASSES = 6;
const MAX_NOTES = 5;
const MAX_LEFT_OUT = 12;

/** The plan as one screen: what will be predicted, from what, how it is judged, and what is left out and why. */
export function renderCard({ plan, warnings, classShares, isCaged }: PlanCard, terminal: Terminal): void {
  const row = (name: string, text: string) => terminal.wrapped(`  ${terminal.style('bold', name.padEnd(INDENT - 2))}${printable(text)}`, INDENT);
  const list = (name: string, texts: string[], most: number, rest: string) => {
    texts.slice(0, most).forEach((text, index) => row(index === 0 ? name : '', text));
    if (texts.length > most) row('', `and ${counted(texts.length - most, rest)}, all of them in the report`);
  };
  if (!isCaged) terminal.line(terminal.style('yellow', '  No cage can be had on this machine: training runs without one (see modelwright doctor).'));
  const classes = classShares.slice(0, MAX_CLASSES).map(({ name, share }) => `${name} ${percent(share)}`);
  const more = classShares.length > MAX_CLASSES ? `, and ${classShares.length - MAX_CLASSES} more` : '';
  row('Goal', `predict ${plan.target} (${plan.task === 'regression' ? 'a number' : `${classes.join(', ')}${more}`}); ${plan.targetReason}`);
  row('Judged by', `${plan.metric}${plan.task === 'binary' ? ` of "${plan.classes[1]}"` : ''}`);
  const split = plan.split.kind === 'random' ? 'split at random' : `split by ${plan.split.kind}: ${plan.split.column}`;
  row('Learns from', `${counted(plan.inputs.length, 'column')}, ${counted(plan.dataset.rowCount, 'row')}; ${split}`);
  list(
    'Left out',
    plan.leftOut.map(({ name, reason, detail }) => `${name}  (${reason}: ${detail})`),
    MAX_LEFT_OUT,
    'more column',
  );
  for (const name of plan.keptLeaks) row('Kept', `${name}, although it looks like a leak: you asked for it`);
  list('Note', warnings, MAX_NOTES, 'more note');
  row('Budget', `${seconds(plan.budgetMs)}, ${counted(plan.threads, 'thread')}, seed ${plan.seed}`);
}
