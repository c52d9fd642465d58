import type { DerivedTarget, PlanDecision } from '../../domain/plan.ts';
import type { TaskKind } from '../../domain/task.ts';
import type { PlanCard } from '../client/client.ts';
import { counted, percent, seconds } from './figures.ts';
import { printable, type Terminal } from './terminal.ts';

const INDENT = 14;
const MAX_CLASSES = 6;
const MAX_NOTES = 5;
const MAX_LEFT_OUT = 12;
/** Where more columns are learnt from they are only counted. */
const MAX_INPUTS = 12;

/** Why a column is left out, as a person says it. */
const reasonWords = {
  identifier: 'name of a row',
  constant: 'always the same',
  empty: 'empty',
  leak: 'would know the answer',
  'known-later': 'known too late',
  group: 'says what belongs together',
  source: 'makes the target',
  dropped: 'dropped',
} as const;

const taskWords: Record<TaskKind, string> = {
  binary: 'one of two classes (binary)',
  multiclass: 'one of several classes (multiclass)',
  regression: 'a number (regression)',
};

/** In the order of the table; where not all can be shown, those first that a person may want otherwise. */
function leftOutOf({ leftOut }: PlanCard['plan']): PlanCard['plan']['leftOut'] {
  if (leftOut.length <= MAX_LEFT_OUT) return leftOut;
  const isLeak = ({ reason }: PlanCard['plan']['leftOut'][number]) => reason === 'leak' || reason === 'known-later';
  return [...leftOut.filter(isLeak), ...leftOut.filter((one) => !isLeak(one))];
}

/** The plan as one screen: what will be predicted, from what, how it is judged, and what is left out and why; each decision with how sure it is and the option that overrules it. `rest`: where what is cut off here stands in full. */
export function renderCard({ plan, readAs, warnings, classShares }: PlanCard, terminal: Terminal, rest: string): void {
  const row = (name: string, text: string) => terminal.wrapped(`  ${terminal.style('bold', name.padEnd(INDENT - 2))}${text}`, INDENT);
  const list = (name: string, texts: string[], most: number, what: string) => {
    texts.slice(0, most).forEach((text, index) => row(index === 0 ? name : '', printable(text)));
    if (texts.length > most) row('', `and ${counted(texts.length - most, what)}, all of them ${rest}`);
  };
  const beside = (made: Omit<PlanDecision, 'what'>) => `  ${terminal.style('dim', printable(`(${sureness(made)}: ${made.reason}; ${made.option})`))}`;
  const decided = (what: PlanDecision['what']) => plan.decisions.find((decision) => decision.what === what);
  /** A fact of the plan, and beside it how it came about. */
  const decision = (name: string, text: string, what: PlanDecision['what']) => {
    const made = decided(what);
    row(name, `${printable(text)}${made ? beside(made) : ''}`);
  };
  const classes = classShares.slice(0, MAX_CLASSES).map(({ name, share }) => `${name} ${percent(share)}`);
  const more = classShares.length > MAX_CLASSES ? `, and ${classShares.length - MAX_CLASSES} more` : '';
  decision('Goal', `predict ${plan.target} (${plan.task === 'regression' ? 'a number' : `${classes.join(', ')}${more}`})`, 'target');
  if (plan.derived) row('Made as', printable(`${plan.derived.text}${plan.derived.ahead ? `, ${laterWords(plan.derived.ahead)}` : ''}`));
  decision('Task', taskWords[plan.task], 'task');
  if (plan.task === 'binary') decision('Looks for', plan.classes[1], 'positive');
  if (plan.moment !== null) decision('Asked', plan.moment, 'moment');
  decision('Judged by', plan.metric, 'metric');
  if (decided('costs') && plan.costs) decision('Costs', `missing one ${plan.costs.falseNegative}, a false alarm ${plan.costs.falsePositive}`, 'costs');
  if (plan.costs && plan.costs.capacity !== null) decision('Capacity', `${counted(plan.costs.capacity, 'row')} can be acted on`, 'capacity');
  decision(
    'Split',
    plan.split.kind === 'random'
      ? 'at random'
      : plan.split.kind === 'time'
        ? `later rows of ${plan.split.column} are predicted from earlier ones`
        : `rows of one ${plan.split.column} stay together`,
    'split',
  );
  decision('Ships', plan.final === 'tested' ? 'the model that was measured' : 'the measured recipe, trained once more on all rows', 'final');
  row('Read as', `${printable(readAs.value)}${beside(readAs)}`);
  row('Learns from', `${counted(plan.inputs.length, 'column')} (${kindsOf(plan)}; --kind), ${counted(plan.dataset.rowCount, 'row')}`);
  if (plan.inputs.length <= MAX_INPUTS) row('', printable(inputsByKind(plan)));
  list(
    'Left out',
    leftOutOf(plan).map(({ name, reason, detail }) => `${name}  (${reasonWords[reason]}: ${detail})`),
    MAX_LEFT_OUT,
    'more column',
  );
  for (const name of plan.keptLeaks) row('Kept', printable(`${name}, although it may know the answer: you asked for it`));
  list('Note', [...plan.notes, ...warnings], MAX_NOTES, 'more note');
  row('Budget', `${seconds(plan.budgetMs)}, ${counted(plan.threads, 'thread')}, seed ${plan.seed}`);
}

const laterWords = ({ steps, order, series }: NonNullable<DerivedTarget['ahead']>) =>
  `${counted(steps, 'row')} later in the order of ${order.name}${series ? `, within each ${series.name}` : ''}`;

/** The inputs of each kind, the most frequent kind first. */
function groupedInputs({ inputs }: PlanCard['plan']): [kind: string, names: string[]][] {
  const names = new Map<string, string[]>();
  for (const { kind, name } of inputs) names.set(kind, [...(names.get(kind) ?? []), name]);
  return [...names].toSorted((a, b) => b[1].length - a[1].length);
}

/** "3 number, 14 category" */
const kindsOf = (plan: PlanCard['plan']) =>
  groupedInputs(plan)
    .map(([kind, names]) => `${names.length} ${kind}`)
    .join(', ');

/** "number: tenure, fee; category: region" */
const inputsByKind = (plan: PlanCard['plan']) =>
  groupedInputs(plan)
    .map(([kind, names]) => `${kind}: ${names.join(', ')}`)
    .join('; ');

const sureness = ({ certainty }: Pick<PlanDecision, 'certainty'>) => (certainty >= 0.8 ? 'sure' : certainty >= 0.5 ? 'likely' : 'a guess');
