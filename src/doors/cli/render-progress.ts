import type { RunEvent } from '../../domain/event.ts';
import { freshRun, applyEvent, type RunState } from '../../domain/run.ts';
import { refitAbandonWords } from '../../domain/refit-words.ts';
import { metricFacts } from '../../domain/task.ts';
import { counted, number, seconds } from './figures.ts';
import { printable, type Terminal } from './terminal.ts';

export type Progress = {
  show(event: RunEvent): void;
  /** The user asked for the search to end. */
  noteStop(): void;
  /** While a person is asked nothing is redrawn, and the clock stands still. */
  pause(): void;
  goOn(): void;
  close(): void;
};

const REDRAW_MS = 250;
const INDENT = 14;
const NO_CAGE =
  'no cage   training runs without one here: nothing but its own care keeps it from your files and the network. `modelwright doctor` says what to do.';

/** Progress of a build as a fold of its events: one live line on a terminal, a plain line a step elsewhere. */
export function openProgress(terminal: Terminal): Progress {
  const state = freshRun();
  let lastEventAtMs = performance.now();
  let phase = 'reading the table';
  let isPaused = false;
  /** What is known before it is known whether there is a cage: that there is none is told before everything else. */
  let held: string[] = [];
  const write = (line: string) => terminal.wrapped(`  ${terminal.style('green', '✓')} ${printable(line)}`, INDENT);
  const redraw = () => {
    if (isPaused) return;
    const spentMs = state.spentMs + (performance.now() - lastEventAtMs);
    terminal.live(`  … ${printable(phase === 'search' ? searchLine(state) : phase)}${timeLeft(state, spentMs)}`);
  };
  const timer = terminal.isInteractive ? setInterval(redraw, REDRAW_MS) : undefined;
  timer?.unref();
  return {
    show(event) {
      applyEvent(state, event);
      lastEventAtMs = performance.now();
      phase = phaseAfter(event, state) ?? phase;
      const line = lineOf(event, state);
      if (event.kind === 'sandbox.opened') {
        if (!event.isCaged) terminal.wrapped(`  ${terminal.style('red', '!')} ${NO_CAGE}`, INDENT);
        held.forEach(write);
        held = [];
      } else if (line !== null && event.kind === 'dataset.profiled') held.push(line);
      else if (line !== null) write(line);
      redraw();
    },
    noteStop() {
      phase = 'stopping the search';
      terminal.wrapped('  The search is being stopped and the best so far packaged. Ctrl-C again leaves at once.', 2);
    },
    pause() {
      isPaused = true;
      terminal.endLive();
    },
    goOn() {
      isPaused = false;
      lastEventAtMs = performance.now();
    },
    close() {
      isPaused = true;
      clearInterval(timer);
      held.forEach(write);
      held = [];
      terminal.endLive();
    },
  };
}

const CLOSING = 'writing the report and signing';

function phaseAfter(event: RunEvent, { plan }: RunState): string | null {
  switch (event.kind) {
    case 'dataset.profiled':
      return 'planning';
    case 'plan.approved':
      return 'splitting the rows';
    case 'split.made':
      return 'search';
    case 'ensemble.chosen':
      return 'building the model';
    case 'model.built':
      return 'measuring the model';
    case 'model.scored':
      return plan?.final === 'refit' ? 'training once more on all rows' : CLOSING;
    case 'model.refitted':
    case 'refit.abandoned':
      return CLOSING;
    default:
      return null;
  }
}

function best(state: RunState): { title: string; value: number } | null {
  const metric = state.plan?.metric;
  if (!metric) return null;
  const sign = metricFacts[metric].isHigherBetter ? 1 : -1;
  const done = [...state.candidates.values()].flatMap(({ candidate, evaluation }) => (evaluation ? [{ title: candidate.title, value: evaluation.value }] : []));
  return done.toSorted((a, b) => sign * (b.value - a.value))[0] ?? null;
}

function searchLine(state: RunState): string {
  const running = [...state.candidates.values()].filter(({ started, executions }) => started.size > executions.size).map(({ candidate }) => candidate.title);
  const found = best(state);
  return `trying ${running.join(' + ') || 'the next candidate'}${found && state.plan ? ` · best ${state.plan.metric} ${number(found.value)}` : ''}`;
}

const timeLeft = (state: RunState, spentMs: number) =>
  state.request === null ? '' : ` · ${Math.max(0, Math.round((state.request.budgetMs - spentMs) / 1000))} of ${seconds(state.request.budgetMs)} left`;

function lineOf(event: RunEvent, state: RunState): string | null {
  switch (event.kind) {
    case 'dataset.profiled':
      return `data      ${counted(event.dataset.rowCount, 'row')}, ${counted(event.columnCount, 'column')}, ${counted(event.warnings.length, 'note')}`;
    case 'split.made':
      return event.testRows === 0
        ? `split     ${counted(event.learnRows, 'row')}, too few to lock some away: measured by cross-validation`
        : `split     ${counted(event.learnRows, 'row')} to learn from, ${event.testRows.toLocaleString('en-US')} locked away until the end`;
    case 'candidate.evaluated':
      return `tried     ${state.candidates.get(event.candidateId)?.candidate.title ?? event.candidateId}: ${event.metric} ${number(event.value)}`;
    case 'search.decided':
      return event.decision.kind === 'stop' && event.decision.reason === 'cancelled' ? 'stopped   the search was ended before the budget' : null;
    case 'ensemble.chosen':
      return `chosen    ${event.note}`;
    case 'model.built':
      return `built     one ONNX graph; answers as the trainers did on ${counted(event.parity.rows, 'row')} (largest difference ${event.parity.largestDifference.toExponential(1)})`;
    case 'test.opened':
      return `test      ${counted(event.rowCount, 'locked row')} opened once, answered by the packaged file`;
    case 'model.refitted':
      return `refit     the same recipe learnt from all ${counted(event.rowCount, 'row')} and ships; answers as the trainers did on ${counted(event.parity.rows, 'row')}`;
    case 'refit.abandoned':
      return `refit     the model that was measured ships, because ${refitAbandonWords[event.reason]}`;
    case 'run.resumed':
      return `resumed   ${seconds(state.spentMs)} were spent before`;
    default:
      return null;
  }
}
