import type { ScoreRecord } from '../../domain/event.ts';
import type { ColumnImportance, Parity } from '../../domain/package.ts';
import type { Plan } from '../../domain/plan.ts';

/** One try of the search as the report shows it. `value` is null where the clock ended it before it could be compared. */
export type TryRecord = { title: string; foldsDone: number; foldCount: number; trainingMs: number; value: number | null; weight: number };

/** How far predicted shares were right: rows whose predicted probability lay between, what was predicted on average, what came true. */
export type ReliabilityBin = { rowCount: number; predicted: number; observed: number };

export type ClassErrors = { kind: 'classes'; names: string[]; counts: number[][] };
export type ValueErrors = { kind: 'values'; quantiles: { share: number; error: number }[]; points: { actual: number; predicted: number }[] };

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
  notes: string[];
  importance: ColumnImportance[];
  errors: ClassErrors | ValueErrors;
  reliability: ReliabilityBin[];
  tries: TryRecord[];
  ensembleNote: string;
  parity: Parity;
  clock: { step: string; spentMs: number }[];
  rows: { learn: number; test: number };
  foldCount: number;
  versions: Record<string, string>;
};

/** Names of columns and classes are a stranger's words: nothing of them is markup. */
const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;').replaceAll(/\p{Cc}/gu, '?');

function figure(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e6 || size < 1e-3) return value.toPrecision(3);
  return value.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3);
}

const percent = (share: number) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
const cut = (text: string, length: number) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

const style = `
:root{--ink:#1c2430;--dim:#5b6675;--line:#d9dee5;--soft:#f4f6f8;--good:#1a7f4b;--warn:#9a6200;--bad:#b3261e;--bar:#3567a8}
*{box-sizing:border-box}body{margin:0 auto;max-width:60rem;padding:2rem 1.25rem 4rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:#fff}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2.5rem 0 .6rem;border-bottom:1px solid var(--line);padding-bottom:.3rem}
p{margin:.4rem 0}.dim{color:var(--dim)}.verdict{border-left:6px solid var(--warn);background:var(--soft);padding:1rem 1.2rem;margin:1.2rem 0;border-radius:4px}
.verdict.worth-using{border-color:var(--good)}.verdict.do-not-use{border-color:var(--bad)}.verdict b{font-size:1.15rem}
.alert{border:2px solid var(--bad);padding:.7rem 1rem;border-radius:4px;margin:1rem 0}
table{border-collapse:collapse;width:100%;font-size:.92rem}th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--dim)}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.scroll{overflow-x:auto}
svg{max-width:100%;height:auto;display:block}svg text{font:12px system-ui,sans-serif;fill:var(--ink)}.chips span{display:inline-block;background:var(--soft);border:1px solid var(--line);border-radius:1rem;padding:.1rem .7rem;margin:.15rem .3rem .15rem 0;font-size:.85rem}
@media print{body{max-width:none}h2{break-after:avoid}}`;

/** The report: one static page that opens offline and needs no script. Verdict first, then what it rests on. */
export function renderReport(facts: ReportFacts): string {
  const { plan, record } = facts;
  const title = `${facts.name} ${facts.version}`;
  const sections = [
    section('How good it is', scoreSection(facts)),
    section('What it looks at', importanceSection(facts.importance, plan)),
    section(facts.errors.kind === 'classes' ? 'Where it errs' : 'How far off it is', errorSection(facts.errors)),
    facts.reliability.length > 0 ? section('Can its probabilities be read as they are', reliabilitySection(facts.reliability, plan)) : '',
    section('The plan', planSection(facts)),
    section('What was left out, and why', leftOutSection(plan)),
    facts.notes.length > 0 ? section('What to mind in the data', `<ul>${facts.notes.map((note) => `<li>${escape(note)}</li>`).join('')}</ul>`) : '',
    section('What was tried', triesSection(facts)),
    section('The clock', clockSection(facts)),
    section('Why trust this', trustSection(facts)),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(title)}: report</title><style>${style}</style></head><body>
<header><h1>${escape(title)}</h1><p class="dim">${escape(plan.sentence)}</p></header>
${facts.isCaged ? '' : '<p class="alert"><b>Training ran without a cage:</b> this machine offers none. Only curated learners were used.</p>'}
<div class="verdict ${record.verdict}"><b>${escape(facts.verdictSentence)}</b>
<p>${escape(plan.metric)} of ${figure(record.score.low)} to ${figure(record.score.high)}, best estimate ${figure(record.score.value)}; the baseline, which looks at no column, has ${figure(record.baseline)}.</p>
<p class="chips"><span>${record.rowCount} rows measured on</span><span>${facts.rows.learn} rows learnt from</span><span>${escape(facts.createdAt.slice(0, 10))}</span></p></div>
${sections.join('\n')}
</body></html>
`;
}

const section = (heading: string, body: string) => `<section><h2>${escape(heading)}</h2>${body}</section>`;

function table(head: { text: string; isNumber?: boolean }[], rows: string[][]): string {
  const cell = (tag: string, text: string, index: number) => `<${tag}${head[index]?.isNumber ? ' class="n"' : ''}>${text}</${tag}>`;
  const header = head.map(({ text }, index) => cell('th', escape(text), index)).join('');
  const body = rows.map((row) => `<tr>${row.map((text, index) => cell('td', text, index)).join('')}</tr>`).join('');
  return `<div class="scroll"><table><thead><tr>${header}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function scoreSection({ record, measuredOn, plan }: ReportFacts): string {
  const { score, baseline, gain, onUnseenRows } = record;
  const low = Math.min(score.low, baseline, score.value);
  const high = Math.max(score.high, baseline, score.value);
  const pad = (high - low || Math.abs(high) || 1) * 0.12;
  const x = (value: number) => 20 + ((value - low + pad) / (high - low + 2 * pad)) * 660;
  const chart = `<svg viewBox="0 0 700 92" role="img" aria-label="score with its interval beside the baseline">
<line x1="20" x2="680" y1="50" y2="50" stroke="#d9dee5"/>
<rect x="${x(score.low).toFixed(1)}" y="42" width="${Math.max(2, x(score.high) - x(score.low)).toFixed(1)}" height="16" fill="#3567a8" opacity=".35"/>
<circle cx="${x(score.value).toFixed(1)}" cy="50" r="6" fill="#3567a8"/><text x="${x(score.value).toFixed(1)}" y="30" text-anchor="middle">this model ${figure(score.value)}</text>
<line x1="${x(baseline).toFixed(1)}" x2="${x(baseline).toFixed(1)}" y1="38" y2="62" stroke="#b3261e" stroke-width="3"/><text x="${x(baseline).toFixed(1)}" y="80" text-anchor="middle">baseline ${figure(baseline)}</text></svg>`;
  const where = measuredOn === 'cross-validation' ? 'out of the folds, because there are too few rows to lock some away' : `on ${measuredOn} that no training ever saw, answered by the packaged file`;
  const rows = [
    [escape(plan.metric), figure(score.value), `${figure(score.low)} to ${figure(score.high)}`],
    ['baseline: looks at no column', figure(baseline), ''],
    ['gain over the baseline, on the same rows', figure(gain.value), `${figure(gain.low)} to ${figure(gain.high)}`],
    ...(onUnseenRows ? [[`on the ${onUnseenRows.rowCount} rows unlike any row learnt from`, figure(onUnseenRows.value), '']] : []),
  ];
  return `${chart}<p>Measured ${escape(where)}. The interval holds 95 % of what other rows like these would give (bootstrap of the rows; the jackknife above 50,000).</p>${table(
    [{ text: 'what' }, { text: 'value', isNumber: true }, { text: '95 % interval', isNumber: true }],
    rows,
  )}`;
}

function importanceSection(importance: ColumnImportance[], plan: Plan): string {
  const shown = importance.filter(({ loss }) => loss > 0).slice(0, 20);
  if (shown.length === 0) return '<p>No column changes the answers by itself, or there was no time to ask.</p>';
  const largest = Math.max(...shown.map(({ loss }) => loss));
  const bars = shown
    .map(({ column, loss }, index) => {
      const y = 8 + index * 24;
      return `<text x="230" y="${y + 13}" text-anchor="end">${escape(cut(column, 32))}</text><rect x="240" y="${y}" width="${((loss / largest) * 380).toFixed(1)}" height="17" fill="#3567a8"/><text x="${(246 + (loss / largest) * 380).toFixed(1)}" y="${y + 13}">${figure(loss)}</text>`;
    })
    .join('');
  return `<svg viewBox="0 0 700 ${shown.length * 24 + 12}" role="img" aria-label="importance of columns">${bars}</svg>
<p class="dim">How much worse ${escape(plan.metric)} becomes when a column's values are shuffled, asked of the packaged file. Columns that stand in for each other share their importance.</p>`;
}

function errorSection(errors: ClassErrors | ValueErrors): string {
  if (errors.kind === 'classes') {
    const names = errors.names.map((name) => ({ text: cut(name, 20), isNumber: true }));
    const rows = errors.counts.map((row, index) => [escape(cut(errors.names[index] ?? '', 30)), ...row.map((count, column) => (count === 0 ? '·' : index === column ? `<b>${count}</b>` : String(count)))]);
    return `<p class="dim">Rows by what they are (down) and what was said (across).</p>${table([{ text: 'is ↓ said →' }, ...names], rows)}`;
  }
  const { points } = errors;
  const values = points.flatMap(({ actual, predicted }) => [actual, predicted]);
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const at = (value: number) => ((value - low) / span) * 300;
  const dots = points.map(({ actual, predicted }) => `<circle cx="${(40 + at(predicted)).toFixed(1)}" cy="${(310 - at(actual)).toFixed(1)}" r="2" fill="#3567a8" opacity=".45"/>`).join('');
  const chart = `<svg viewBox="0 0 360 350" style="max-width:24rem" role="img" aria-label="actual against predicted"><rect x="40" y="10" width="300" height="300" fill="none" stroke="#d9dee5"/><line x1="40" y1="310" x2="340" y2="10" stroke="#b3261e" stroke-dasharray="4 4"/>${dots}<text x="190" y="340" text-anchor="middle">predicted (${figure(low)} to ${figure(low + span)})</text><text x="20" y="160" text-anchor="middle" transform="rotate(-90 20 160)">actual</text></svg>`;
  const rows = errors.quantiles.map(({ share, error }) => [percent(share), figure(error)]);
  return `${chart}${table([{ text: 'of all rows' }, { text: 'are off by at most', isNumber: true }], rows)}`;
}

function reliabilitySection(bins: ReliabilityBin[], plan: Plan): string {
  const largest = Math.max(...bins.map(({ rowCount }) => rowCount));
  const points = bins
    .map(
      ({ predicted, observed, rowCount }) =>
        `<circle cx="${(40 + predicted * 300).toFixed(1)}" cy="${(310 - observed * 300).toFixed(1)}" r="${(3 + 7 * Math.sqrt(rowCount / largest)).toFixed(1)}" fill="#3567a8" opacity=".6"/>`,
    )
    .join('');
  const what = plan.task === 'binary' ? `of "${plan.classes[1]}"` : 'of the class that was said';
  const rows = bins.map(({ rowCount, predicted, observed }) => [percent(predicted), percent(observed), String(rowCount)]);
  return `<svg viewBox="0 0 360 350" style="max-width:24rem" role="img" aria-label="calibration"><rect x="40" y="10" width="300" height="300" fill="none" stroke="#d9dee5"/><line x1="40" y1="310" x2="340" y2="10" stroke="#b3261e" stroke-dasharray="4 4"/>${points}<text x="190" y="340" text-anchor="middle">predicted probability</text><text x="20" y="160" text-anchor="middle" transform="rotate(-90 20 160)">came true</text></svg>
<p class="dim">Probability ${escape(what)}: on the dashed line it can be read as it is.</p>${table(
    [
      { text: 'predicted', isNumber: true },
      { text: 'came true', isNumber: true },
      { text: 'rows', isNumber: true },
    ],
    rows,
  )}`;
}

function planSection({ plan, rows, foldCount }: ReportFacts): string {
  const split = plan.split.kind === 'random' ? 'at random, like with like kept together' : `by ${plan.split.kind} (${plan.split.column})`;
  const facts = [
    ['Target', `${plan.target} (${plan.targetReason})`],
    ['Task', plan.task === 'regression' ? 'a number' : `${plan.task}: ${plan.classes.slice(0, 20).join(', ')}${plan.classes.length > 20 ? ', …' : ''}`],
    ['Judged by', plan.task === 'binary' ? `${plan.metric} of "${plan.classes[1]}"` : plan.metric],
    ['Split', `${split}: ${rows.learn} rows to learn from in ${foldCount} ${foldCount === 1 ? 'part' : 'folds'}, ${rows.test} locked`],
    ['Learns from', plan.inputs.map(({ name, kind }) => `${name} (${kind})`).join(', ')],
    ['Data', `${plan.dataset.path}, sha256 ${plan.dataset.sha256}`],
    ['Budget', `${plan.budgetMs / 1000} s on ${plan.threads} threads, seed ${plan.seed}`],
  ];
  return table([{ text: '' }, { text: '' }], facts.map(([name, text]) => [`<b>${escape(name)}</b>`, escape(text)]));
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
    escape(title),
    value === null ? `not complete (${foldsDone} of ${foldCount})` : figure(value),
    `${(trainingMs / 1000).toFixed(1)} s`,
    weight > 0 ? percent(weight) : '',
  ]);
  return `<p>${escape(ensembleNote)}</p>${table(
    [{ text: 'candidate' }, { text: `${plan.metric} out of the folds`, isNumber: true }, { text: 'training', isNumber: true }, { text: 'share in the model', isNumber: true }],
    rows,
  )}`;
}

function clockSection({ clock, plan }: ReportFacts): string {
  return table([{ text: 'step' }, { text: 'at', isNumber: true }], [
    ...clock.map(({ step, spentMs }) => [escape(step), `${(spentMs / 1000).toFixed(1)} s`]),
    ['<b>budget</b>', `<b>${(plan.budgetMs / 1000).toFixed(1)} s</b>`],
  ]);
}

function trustSection({ parity, isCaged, measuredOn, versions, plan }: ReportFacts): string {
  const sure = (isShown: boolean, text: string) => `<li>${isShown ? '✓' : '✗'} ${escape(text)}</li>`;
  const used = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  return `<ul style="list-style:none;padding:0">
${sure(measuredOn !== 'cross-validation', 'measured on rows that no training ever saw, opened once')}
${sure(parity.isEqual, `the packaged file answers as the trainers did: ${parity.rows} rows compared, largest difference ${parity.largestDifference.toExponential(1)}`)}
${sure(plan.keptLeaks.length === 0, 'no column that answers the target alone was used')}
${sure(isCaged, 'training ran in a cage: no network, no files, bounded time and memory')}
</ul><p class="dim">Made with ${escape(used)}. Every file of the package is named with its hash in manifest.json, which is signed.</p>`;
}
