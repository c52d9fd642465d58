import type { Containment, ContainmentSummary, WallRecord } from '../../domain/containment.ts';
import { count, counted, escape, factsTable, table } from './report-html.ts';

/** What stood round the training of a model and what came of it. Both are null in logs of before they were kept. */
export type ContainmentRecord = { containment: Containment | null; summary: ContainmentSummary | null };

/** Short first; what only an auditor reads is folded away. */
export function renderContainment({ containment, summary }: ContainmentRecord): string {
  if (!containment) return '<p>The log of this run is of a version that did not keep what stood round its training.</p>';
  const parts = [
    isCaged(containment) ? cagedSentence(containment) : uncagedSentence(containment),
    summary ? executionSentences(summary) : '',
    folded(`The walls (${containment.walls.length})`, wallTable(containment.walls)),
    folded('The limits', limitTable(containment)),
    folded(
      `The code inside (${counted(containment.harness.length, 'file')} of ours, ${counted(Object.keys(containment.python.packages).length, 'package')})`,
      codeTables(containment),
    ),
    folded('The policy, by its hashes', policyTable(containment)),
  ];
  return parts.join('\n');
}

const isCaged = ({ backEnd }: Containment) => backEnd !== 'none';
const folded = (heading: string, body: string) => `<details><summary>${escape(heading)}</summary>${body}</details>`;

function cagedSentence({ backEnd, walls, outerCage }: Containment): string {
  const tried = walls.filter(({ kind }) => kind === 'wall').length;
  return `<p><b>Training ran in a cage</b> made by ${escape(backEnd)}: ${counted(tried, 'wall')} were tried before it began, and all stood.${outerSentence(outerCage)}</p>`;
}

function uncagedSentence({ walls, outerCage }: Containment): string {
  const down = walls.filter(({ isUp }) => !isUp).map(({ name }) => name);
  return `<p><b>Training ran without a cage.</b> Nothing but its own care kept it from files and the network; time and memory were bounded. Missing: ${escape(down.join(', ') || 'not known')}. Only curated learners were used.${outerSentence(outerCage)}</p>`;
}

const outerSentence = (outerCage: string | null) =>
  outerCage === null ? '' : ` The operator says that ${escape(outerCage)} stood round all of it; that is a claim and was not proved.`;

const mebibytes = (bytes: number) => `${count(Math.round(bytes / 2 ** 20))} MiB`;

function executionSentences(summary: ContainmentSummary): string {
  const { outcomes, stops, killedCalls, notStarted, lostWorkers, peakJobMemoryBytes, peakCageMemoryBytes, peakTasks } = summary;
  const total = Object.values(outcomes).reduce((sum, number) => sum + number, 0);
  const ended = counts(outcomes, ['finished', 'failed', 'stopped', 'unreadable', 'cancelled'], (name, number) => `${count(number)} ${name}`);
  const stopped = counts(stops, ['time', 'memory', 'processes', 'output'], (name, number) => `${name} ${count(number)}`);
  const denials = [
    killedCalls > 0
      ? `${counted(killedCalls, 'fit')} ended by the kernel for a system call that no learner makes`
      : 'no fit made a system call that no learner makes',
    ...(notStarted > 0 ? [`${count(notStarted)} could not put up their walls and were not run`] : []),
    ...(lostWorkers > 0 ? [`${counted(lostWorkers, 'worker')} lost and opened again`] : []),
  ];
  const peaks = [
    ...(peakJobMemoryBytes === null ? [] : [`a fit held at most ${mebibytes(peakJobMemoryBytes)}, shared libraries included`]),
    ...(peakCageMemoryBytes === null ? [] : [`the worker and its jobs together ${mebibytes(peakCageMemoryBytes)} of their own`]),
    ...(peakTasks === null ? [] : [`in ${counted(peakTasks, 'task')}`]),
  ];
  const sentence = (text: string) => `${text[0].toUpperCase()}${text.slice(1)}.`;
  return `<p>${counted(total, 'fit')}: ${ended}${stopped === '' ? '' : ` (by limit: ${stopped})`}. ${sentence(denials.join('; '))}${peaks.length > 0 ? ` ${sentence(peaks.join(', '))}` : ''} ${timeSentence(summary)}</p>`;
}

const counts = (of: Record<string, number>, names: readonly string[], told: (name: string, number: number) => string) =>
  names
    .filter((name) => of[name] > 0)
    .map((name) => told(name, of[name]))
    .join(', ');

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

function timeSentence({ executionMs, hardenMs }: ContainmentSummary): string {
  return `They took ${seconds(executionMs)} in all${hardenMs === undefined ? '' : `, of it ${seconds(hardenMs)} to put up walls`}.`;
}

/** A report travels: what a wall that is down said may name folders of the machine. */
const withoutPaths = (text: string) => text.replaceAll(/(?<![\w.])\/(?!proc\b|dev\b|sys\b)[^\s:,;)"']+/g, '…');

function wallTable(walls: readonly WallRecord[]): string {
  const rows = walls.map(({ kind, name, isUp, detail, remedy }) => {
    const told = isUp ? detail : `${withoutPaths(detail)}${remedy === undefined ? '' : ` ${withoutPaths(remedy)}`}`;
    return [isUp ? '✓' : '✗ <b>missing</b>', escape(kind === 'need' ? `${name} (needed inside, no wall)` : name), escape(told)];
  });
  return table([{ text: '' }, { text: 'wall' }, { text: 'what was seen' }], rows);
}

const limitTable = ({ limits }: Containment) =>
  table(
    [{ text: 'limit' }, { text: 'value' }, { text: 'kept by' }],
    limits.map(({ name, value, keptBy }) => [name, value, keptBy].map(escape)),
  );

function codeTables({ harness, python }: Containment): string {
  const rows = harness.map(({ name, lineCount, sha256 }) => [escape(name), count(lineCount), `<code>${escape(sha256)}</code>`]);
  const packages = Object.entries(python.packages)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  return `<p>Every line of ours that could run inside, by its hash:</p>${table([{ text: 'file' }, { text: 'lines', isNumber: true }, { text: 'sha256' }], rows)}
<p>Python ${escape(python.version)} with ${escape(packages)}.</p>`;
}

function policyTable({ policySha256, workerFilterSha256, jobFilterSha256, kernelRelease, landlockAbi, backEnd }: Containment): string {
  const hashes: [string, string | null][] = [
    ['policy', policySha256],
    ['seccomp program of the worker', workerFilterSha256],
    ['seccomp program of a job', jobFilterSha256],
  ];
  return `${factsTable([
    ['back-end', backEnd],
    ['kernel', kernelRelease],
    ['Landlock', landlockAbi === null || landlockAbi < 1 ? 'none' : `version ${landlockAbi}`],
    ...hashes.map(([name, hash]): [string, string] => [name, hash === null ? 'none in force' : `sha256 ${hash}`]),
  ])}<p class="dim">The policy's hash is over the words that the cage was started with, paths of the machine under neutral names, and both programs: equal hashes are equal cages.</p>`;
}
