import { coverageWords, uncountedWords } from '../../domain/coverage-words.ts';
import type { ScoreRecord } from '../../domain/event.ts';
import { metricWords } from '../../domain/metric-words.ts';
import type { ColumnImportance, Parity } from '../../domain/package.ts';
import { refitAbandonWords } from '../../domain/refit-words.ts';
import type { ChosenInterval } from '../../domain/prediction-interval.ts';
import type { Refit } from '../../domain/run.ts';
import type { Plan } from '../../domain/plan.ts';
import { metricFacts } from '../../domain/task.ts';
import { renderContainment, type ContainmentRecord } from './render-containment.ts';
import { importanceChart, scoreChart, squareChart } from './report-charts.ts';
import { alignedFigures, count, counted, cut, escape, factsTable, figure, percent, section, style, table } from './report-html.ts';

/** One try of the search as the report shows it. `value` is null where the clock ended it before it could be compared. */
export type TryRecord = { title: string; foldsDone: number; foldCount: number; trainingMs: number; value: number | null; weight: number };

/** How far predicted shares were right: rows whose predicted probability lay between, what was predicted on average, what came true. */
export type ReliabilityBin = { rowCount: number; predicted: number; observed: number };

/** Rows by class and by what was said. `hiddenCount`: further classes, rarer than those shown. */
export type ClassErrors = { kind: 'classes'; names: string[]; counts: number[][]; hiddenCount: number };
export type ValueErrors = { kind: 'values'; quantiles: { share: number; error: number }[]; points: { actual: number; predicted: number }[] };

export type DecisionValue = {
  /** The second class is said from this probability on; null: the likelier class is said. */
  threshold: number | null;
  costs: { rule: 'as-decided' | 'more-likely' | 'always' | 'never'; missedCount: number; falseAlarmCount: number; cost: number }[] | null;
  top: { rowCount: number; foundCount: number; positiveCount: number } | null;
  rowCount: number;
};

export type ReportFacts = {
  name: string;
  version: number;
  createdAt: string;
  plan: Plan;
  record: ScoreRecord;
  verdictSentence: string;
  /** On rows set aside, or, where there are too few, out of the folds. */
  measuredOn: 'locked rows' | 'your test file' | 'cross-validation';
  isCaged: boolean;
  contained: ContainmentRecord;
  notes: string[];
  importance: ColumnImportance[];
  errors: ClassErrors | ValueErrors;
  /** The range beside answers that are numbers; null for classes. */
  interval: ChosenInterval | null;
  reliability: ReliabilityBin[];
  /** In the user's own costs and capacity, on the measured rows; null where none were said. */
  decisionValue: DecisionValue | null;
  /** What came of training the recipe once more on all rows; null where the plan did not ask for it. `parity` is of what ships. */
  refit: { kind: 'refitted'; rowCount: number } | Extract<Refit, { kind: 'abandoned' }> | null;
  tries: TryRecord[];
  ensembleNote: string;
  parity: Parity;
  clock: { step: string; spentMs: number }[];
  rows: { learn: number; test: number };
  foldCount: number;
  versions: Record<string, string>;
};

/** The report: one static page that opens offline and needs no script. Verdict first, then what it rests on. */
export function renderReport(facts: ReportFacts): string {
  const { plan, record } = facts;
  const title = `${facts.name}@${facts.version}`;
  const sections = [
    section('How good it is', scoreSection(facts)),
    section('What it looks at', importanceSection(facts)),
    section(facts.errors.kind === 'classes' ? 'Where it errs' : 'How far off it is', errorSection(facts)),
    facts.decisionValue ? section('What its decisions are worth', decisionSection(facts.decisionValue, plan)) : '',
    facts.reliability.length > 0 ? section('Can its probabilities be read as they are', reliabilitySection(facts.reliability, plan)) : '',
    section('The plan', planSection(facts)),
    section('What was left out, and why', leftOutSection(plan)),
    facts.notes.length > 0 ? section('What to mind in the data', `<ul>${facts.notes.map((note) => `<li>${escape(note)}</li>`).join('')}</ul>`) : '',
    section('What was tried', triesSection(facts)),
    section('The clock', clockSection(facts)),
    section('How training was contained', renderContainment(facts.contained)),
    section('Why trust this', trustSection(facts)),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(title)}: report</title><style>${style}</style></head><body>
<header><h1>${escape(title)}</h1><p class="dim">“${escape(plan.sentence)}”</p></header>
${facts.isCaged ? '' : '<p class="alert"><b>Training ran without a cage:</b> this machine offers none. Only curated learners were used.</p>'}
<div class="verdict ${record.verdict}"><b>${escape(facts.verdictSentence)}</b>
<p>${escape(plan.metric)} of ${figure(record.score.low)} to ${figure(record.score.high)}, best estimate ${figure(record.score.value)}; the baseline, which looks at no column, has ${figure(record.baseline)}.</p>
${refitBox(facts)}<p class="chips"><span>measured on ${counted(record.rowCount, 'row')}</span><span>learnt from ${counted(facts.rows.learn, 'row')}</span><span>${escape(facts.createdAt.slice(0, 10))}</span></p></div>
${sections.join('\n')}
</body></html>
`;
}

/** That the score is another model's is said beside the score. */
function refitBox({ refit, rows }: ReportFacts): string {
  if (refit === null) return '';
  if (refit.kind === 'abandoned') return `<p>The model that was measured is the one in this package, because ${escape(refitAbandonWords[refit.reason])}.</p>`;
  return `<p><b>The score is that of this model's twin</b>: the same recipe, learnt from ${counted(rows.learn, 'row')}. After it was measured the recipe was trained once more, on all ${counted(refit.rowCount, 'row')}, and that is the model in this package. No rows are left to measure it on.</p>`;
}

function scoreSection({ record, measuredOn, plan, refit }: ReportFacts): string {
  const { score, baseline, gain, onUnseenRows } = record;
  const where =
    measuredOn === 'cross-validation'
      ? 'out of the folds, because there are too few rows to lock some away'
      : refit?.kind === 'refitted'
        ? `on ${measuredOn} that its twin never saw, answered by that twin's file before anything learnt from them`
        : `on ${measuredOn} that no training ever saw, answered by the packaged file`;
  const range = ({ low, high }: { low: number; high: number }) => `${figure(low)} to ${figure(high)}`;
  const rows = [
    [escape(plan.metric), figure(score.value), range(score)],
    ['baseline: looks at no column', figure(baseline), ''],
    ['gain over the baseline, on the same rows', figure(gain.value), range(gain)],
    ...(onUnseenRows ? [[`on the ${counted(onUnseenRows.rowCount, 'row')} unlike any row learnt from`, figure(onUnseenRows.value), '']] : []),
  ];
  const head = [{ text: '' }, { text: 'value', isNumber: true }, { text: '95 % interval', isNumber: true }];
  return `<p><b>${escape(plan.metric)}</b> is ${escape(metricWords[plan.metric])}.</p>${scoreChart(record)}
<p>Measured ${escape(where)}. The interval holds 95 % of what other rows like these would give (bootstrap of the rows, equal ones, groups and stretches of time as one; the jackknife above 50,000).</p>${table(head, rows)}`;
}

const MAX_BARS = 20;

function importanceSection({ importance, plan, refit }: ReportFacts): string {
  const helping = importance.filter(({ loss }) => loss > 0).toSorted((a, b) => b.loss - a.loss);
  if (helping.length === 0) return '<p>No column changes the answers by itself, or there was no time to ask.</p>';
  const others = importance.length - Math.min(helping.length, MAX_BARS);
  const notes = [
    ...(others > 0 ? [`${counted(others, 'other column')} ${others === 1 ? 'makes' : 'make'} less difference or none.`] : []),
    ...(importance.length < plan.inputs.length
      ? [`There was time to ask about ${count(importance.length)} of ${counted(plan.inputs.length, 'column')}: the others may matter too.`]
      : []),
  ];
  return `${importanceChart(helping.slice(0, MAX_BARS))}
<p class="dim">How much worse ${escape(plan.metric)} becomes when a column's values are shuffled, asked of ${refit?.kind === 'refitted' ? 'its twin' : 'the packaged file'}. Columns that stand in for each other share their importance. ${notes.join(' ')}</p>`;
}

const errorSection = (facts: ReportFacts) => (facts.errors.kind === 'classes' ? classSection(facts.errors) : valueSection(facts.errors) + rangeSentence(facts));

/** What the range beside an answer promises, and what it held. */
function rangeSentence({ interval, record, refit, plan }: ReportFacts): string {
  if (interval === null) return '';
  const { coverage } = record;
  if (!coverage) return `<p>${escape(sentenceCase(uncountedWords(interval)))}.</p>`;
  const whose = refit?.kind === 'refitted' ? ' Both were measured of its twin, whose ranges the model in this package has kept.' : '';
  const later = plan.split.kind === 'time' ? ' The measured rows are later than those learnt from: how far off answers are may change with time.' : '';
  return `<p>${escape(sentenceCase(coverageWords(coverage)))} measured rows; it is ${figure(coverage.meanWidth)} wide on average.${whose}${coverage.isLow ? ` <b>Take it as too narrow.</b>${later}` : ''}</p>`;
}

const sentenceCase = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** More names than this, or longer ones, stand upright so that the table stays on the page. */
const MAX_LEVEL_NAMES = 6;
const MAX_LEVEL_NAME_LENGTH = 12;

function classSection({ names, counts, hiddenCount }: ClassErrors): string {
  const isTall = names.length > MAX_LEVEL_NAMES || names.some((name) => name.length > MAX_LEVEL_NAME_LENGTH);
  const head = names.map((name) => `<th${isTall && name.length > 2 ? ' class="tall"' : ''}>${escape(cut(name, 24))}</th>`).join('');
  const body = counts.map((row, index) => {
    const total = row.reduce((sum, one) => sum + one, 0);
    const cells = row.map((rows, said) => {
      if (rows === 0) return '<td>·</td>';
      const shade = `background:rgba(${said === index ? '26,127,75' : '179,38,30'},${(0.08 + 0.5 * (rows / total)).toFixed(2)})`;
      return `<td style="${shade}">${said === index ? `<b>${count(rows)}</b>` : count(rows)}</td>`;
    });
    return `<tr><th scope="row">${escape(cut(names[index], 30))}</th>${cells.join('')}<td>${total === 0 ? '' : percent(row[index] / total)}</td></tr>`;
  });
  const hidden =
    hiddenCount > 0
      ? ` The ${counted(names.length, 'class')} with the most rows are shown; ${count(hiddenCount)} more are not.`.replace('classs', 'classes')
      : '';
  return `<p class="dim">Rows by what they are (down) and what was said (across): green was right, red was wrong.${hidden}</p>
<div class="scroll"><table class="classes"><thead><tr><th>is ↓ said →</th>${head}<th${isTall ? ' class="tall"' : ''}>said right</th></tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

function valueSection({ points, quantiles }: ValueErrors): string {
  const values = points.flatMap(({ actual, predicted }) => [actual, predicted]);
  const range = { low: Math.min(...values), high: Math.max(...values) };
  const chart = squareChart(
    points.map(({ actual, predicted }) => ({ x: predicted, y: actual, radius: 2.2 })),
    range,
    { title: 'predicted', told: shortFigure },
    { title: 'true', told: shortFigure },
  );
  const told = alignedFigures(quantiles.map(({ error }) => error));
  const rows = quantiles.map(({ share, error }) => [percent(share), told(error)]);
  return `<div class="side">${chart}<div>${table([{ text: 'of all rows' }, { text: 'are off by at most', isNumber: true }], rows, 'narrow')}
<p class="dim">On the dashed line a prediction is right. ${counted(points.length, 'row')} drawn.</p></div></div>`;
}

/** For an axis: 12000 as 12k. */
function shortFigure(value: number): string {
  const size = Math.abs(value);
  for (const [unit, sign] of [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e4, 'k'],
  ] as const) {
    if (size >= unit) return `${Number((value / (sign === 'k' ? 1000 : unit)).toPrecision(3))}${sign}`;
  }
  return size !== 0 && size < 1e-3 ? value.toExponential(0) : String(Number(value.toPrecision(4)));
}

function reliabilitySection(bins: ReliabilityBin[], plan: Plan): string {
  const largest = Math.max(...bins.map(({ rowCount }) => rowCount));
  const chart = squareChart(
    bins.map(({ predicted, observed, rowCount }) => ({ x: predicted, y: observed, radius: 3 + 7 * Math.sqrt(rowCount / largest) })),
    { low: 0, high: 1 },
    { title: 'predicted probability', told: percent },
    { title: 'came true', told: percent },
  );
  const what = plan.task === 'binary' ? `of "${plan.classes[1]}"` : 'of the class that was said';
  const rows = bins.map(({ rowCount, predicted, observed }) => [percent(predicted), percent(observed), count(rowCount)]);
  const head = ['predicted', 'came true', 'rows'].map((text) => ({ text, isNumber: true }));
  return `<div class="side">${chart}<div>${table(head, rows, 'narrow')}
<p class="dim">Probability ${escape(what)}: on the dashed line it can be read as it is.</p></div></div>`;
}

/** To a tenth: rows may be counted in part. */
const nearly = (value: number) => (Math.round(value * 10) / 10).toLocaleString('en-US');

function decisionSection({ threshold, costs, top, rowCount }: DecisionValue, plan: Plan): string {
  const positive = plan.classes[1];
  const rules = {
    'as-decided': '<b>the model as it is</b>',
    'more-likely': 'the model, saying the likelier class',
    always: `saying "${escape(positive)}" of every row`,
    never: 'saying it of none',
  };
  const parts: string[] = [];
  if (costs && plan.costs) {
    const from = threshold === null ? 'where it is the likelier class' : `from a probability of ${percent(threshold)} on`;
    parts.push(
      `<p>Missing one "${escape(positive)}" costs ${plan.costs.falseNegative}, a false alarm ${plan.costs.falsePositive}: so "${escape(positive)}" is said ${from}. On ${counted(rowCount, 'measured row')}:</p>`,
      table(
        [{ text: '' }, { text: 'missed', isNumber: true }, { text: 'false alarms', isNumber: true }, { text: 'cost per 1,000 rows', isNumber: true }],
        costs.map(({ rule, missedCount, falseAlarmCount, cost }) => [
          rules[rule],
          count(missedCount),
          count(falseAlarmCount),
          nearly((1000 * cost) / rowCount),
        ]),
      ),
    );
  }
  if (top) {
    const byChance = (top.rowCount * top.positiveCount) / rowCount;
    parts.push(
      `<p>Of the ${count(top.rowCount)} measured rows that are likeliest to be "${escape(positive)}", ${nearly(top.foundCount)} are; of ${count(top.rowCount)} taken by chance ${nearly(byChance)} would be.</p>`,
    );
  } else if (plan.costs && plan.costs.capacity !== null) {
    parts.push(`<p>${counted(plan.costs.capacity, 'row')} can be acted on, which is as many as there were to measure on, or more.</p>`);
  }
  return parts.join('');
}

const MAX_NAMED_CLASSES = 30;

function planSection({ plan, rows, foldCount }: ReportFacts): string {
  const split = plan.split.kind === 'random' ? 'at random, like with like kept together' : `by ${plan.split.kind} (${plan.split.column})`;
  const named = plan.classes.slice(0, MAX_NAMED_CLASSES).join(', ');
  const unnamed = plan.classes.length - MAX_NAMED_CLASSES;
  return `${factsTable([
    ['Target', `${plan.target} (${plan.targetReason})`],
    ...(plan.derived ? [['Made as', madeAs(plan.derived)] satisfies [string, string]] : []),
    ...(plan.moment === null ? [] : [['Asked', plan.moment] satisfies [string, string]]),
    ['Task', plan.task === 'regression' ? 'a number' : `${plan.classes.length} classes: ${named}${unnamed > 0 ? `, and ${count(unnamed)} more` : ''}`],
    [
      'Judged by',
      `${plan.metric}${plan.task === 'binary' ? ` of "${plan.classes[1]}"` : ''} (${metricFacts[plan.metric].isHigherBetter ? 'higher' : 'lower'} is better)`,
    ],
    ['Split', `${split}: ${counted(rows.learn, 'row')} to learn from in ${counted(foldCount, foldCount === 1 ? 'part' : 'fold')}, ${count(rows.test)} locked`],
    ['Learns from', plan.inputs.map(({ name, kind }) => `${name} (${kind})`).join(', ')],
    ['Data', `${plan.dataset.path}, sha256 ${plan.dataset.sha256}`],
    ['Budget', `${plan.budgetMs / 1000} s on ${counted(plan.threads, 'thread')}, seed ${plan.seed}`],
  ])}${decidedTable(plan)}`;
}

function madeAs({ text, ahead }: NonNullable<Plan['derived']>): string {
  if (ahead === null) return text;
  const among = ahead.series === null ? '' : `, among the rows of one ${ahead.series.name}`;
  return `${text}, ${counted(ahead.steps, 'row')} later in the order of ${ahead.order.name}${among}`;
}

/** What was decided for the user. */
function decidedTable({ decisions }: Plan): string {
  if (decisions.length === 0) return '';
  const rows = decisions.map(({ what, value, certainty, reason, option }) => [what, value, `${percent(certainty)}: ${reason}`, option].map(escape));
  return `<p>What was decided for you, and how to decide otherwise:</p>${table([{ text: 'decision' }, { text: 'taken' }, { text: 'how sure, and why' }, { text: 'option' }], rows)}`;
}

function leftOutSection(plan: Plan): string {
  if (plan.leftOut.length === 0 && plan.keptLeaks.length === 0) return '<p>Nothing: every other column of the table is used.</p>';
  const rows = [
    ...plan.leftOut.map(({ name, reason, detail }) => [escape(name), escape(reason), escape(detail)]),
    ...plan.keptLeaks.map((name) => [escape(name), '<b>kept leak</b>', 'it answers the target alone, and was kept because the user said so']),
  ];
  return table([{ text: 'column' }, { text: 'reason' }, { text: 'detail' }], rows);
}

function triesSection({ tries, ensembleNote, plan }: ReportFacts): string {
  const rows = tries.map(({ title, foldsDone, foldCount, trainingMs, value, weight }) => [
    weight > 0 ? `<b>${escape(title)}</b>` : escape(title),
    value === null ? `not complete (${foldsDone} of ${foldCount})` : figure(value),
    `${(trainingMs / 1000).toFixed(1)} s`,
    weight > 0 ? percent(weight) : '',
  ]);
  return `<p>${escape(ensembleNote)}</p>${table(
    [
      { text: 'candidate' },
      { text: `${plan.metric} out of the folds (${metricFacts[plan.metric].isHigherBetter ? 'higher' : 'lower'} is better)`, isNumber: true },
      { text: 'training', isNumber: true },
      { text: 'share in the model', isNumber: true },
    ],
    rows,
  )}`;
}

function clockSection({ clock, plan }: ReportFacts): string {
  return table(
    [{ text: 'step' }, { text: 'at', isNumber: true }],
    [
      ...clock.map(({ step, spentMs }) => [escape(step), `${(spentMs / 1000).toFixed(1)} s`]),
      ['<b>budget</b>', `<b>${(plan.budgetMs / 1000).toFixed(1)} s</b>`],
    ],
    'narrow',
  );
}

function trustSection({ parity, isCaged, measuredOn, versions, plan, refit }: ReportFacts): string {
  const used = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  const compared = `${counted(parity.rows, 'row')} compared, largest difference ${parity.largestDifference.toExponential(1)}`;
  const claims: [isSure: boolean, yes: string, no: string][] = [
    [
      measuredOn !== 'cross-validation',
      refit?.kind === 'refitted'
        ? 'its twin was measured on rows that it never saw, opened once; only afterwards the same recipe learnt from them too'
        : 'measured on rows that no training ever saw, opened once',
      'measured by cross-validation: no rows were locked away, so the choice of the model may flatter the score a little',
    ],
    [parity.isEqual, `the packaged file answers as the trainers did: ${compared}`, `the packaged file does not answer as the trainers did: ${compared}`],
    [
      plan.keptLeaks.length === 0,
      'no column that answers the target alone was used',
      `a column that answers the target alone was used, because the user said so: ${plan.keptLeaks.join(', ')}`,
    ],
    [isCaged, 'training ran in a cage: no network, no files, bounded time and memory', 'training ran without a cage: this machine offers none'],
  ];
  return `<ul class="sure">${claims.map(([isSure, yes, no]) => `<li>${isSure ? '✓' : '✗'} ${escape(isSure ? yes : no)}</li>`).join('')}</ul>
<p class="dim">Made with ${escape(used)}. Every file of the package is named with its hash in manifest.json, which is signed.</p>`;
}
