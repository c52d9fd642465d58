import type { PlanCard } from '../client/client.ts';
import { seconds } from './render-result.ts';
import { printable, type Terminal } from './terminal.ts';

const share = (value: number) => `${(value * 100).toFixed(value < 0.1 ? 1 : 0)}%`;

/** The plan as one screen: what will be predicted, from what, how it is judged, and what is left out and why. */
export function renderCard({ plan, warnings, classShares, isCaged }: PlanCard, terminal: Terminal): void {
  const row = (name: string, text: string) => terminal.line(`  ${terminal.style('bold', name.padEnd(12))}${printable(text)}`);
  if (!isCaged) terminal.line(terminal.style('yellow', '  No cage can be had on this machine: training runs without one (see modelwright doctor).'));
  const classes = classShares.slice(0, 6).map(({ name, share: part }) => `${name} ${share(part)}`);
  const what = plan.task === 'regression' ? 'a number' : `${classes.join(', ')}${classShares.length > 6 ? `, and ${classShares.length - 6} more` : ''}`;
  row('Goal', `predict ${plan.target} (${what}); ${plan.targetReason}`);
  row('Judged by', `${plan.metric}${plan.task === 'binary' ? ` of "${plan.classes[1]}"` : ''}`);
  row('Learns from', `${plan.inputs.length} columns, ${plan.dataset.rowCount} rows; split ${plan.split.kind === 'random' ? 'at random' : `by ${plan.split.kind}: ${plan.split.column}`}`);
  for (const { name, reason, detail } of plan.leftOut) row(reason === plan.leftOut[0].reason && name === plan.leftOut[0].name ? 'Left out' : '', `${name}  (${reason}: ${detail})`);
  for (const name of plan.keptLeaks) row('Kept', `${name}, although it looks like a leak: you asked for it`);
  for (const warning of warnings.slice(0, 5)) row('Note', warning);
  if (warnings.length > 5) row('', `and ${warnings.length - 5} more notes in the report`);
  row('Budget', `${seconds(plan.budgetMs)}, ${plan.threads} ${plan.threads === 1 ? 'thread' : 'threads'}, seed ${plan.seed}`);
}
