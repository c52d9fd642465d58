import type { RunEvent } from '../../domain/event.ts';
import { freshRun, applyEvent, type RunState } from '../../domain/run.ts';
import { metricFacts } from '../../domain/task.ts';
import { number, seconds } from './render-result.ts';
import { printable, type Terminal } from './terminal.ts';

export type Progress = { show(event: RunEvent): void; pause(): void; close(): void };

const REDRAW_MS = 250;

/** Progress of a build as a fold of its events: one live line on a terminal, a plain line a step elsewhere. */
export function openProgress(terminal: Terminal): Progress {
  const state = freshRun();
  let lastEventAtMs = performance.now();
  let isSearching = false;
  const spentMs = () => state.spentMs + (performance.now() - lastEventAtMs);
  const redraw = () => {
    if (isSearching) terminal.live(liveLine(state, spentMs()));
  };
  const timer = terminal.isInteractive ? setInterval(redraw, REDRAW_MS) : undefined;
  timer?.unref();
  return {
    show(event) {
      applyEvent(state, event);
      lastEventAtMs = performance.now();
      const line = lineOf(event, state);
      if (line !== null) terminal.line(`  ${terminal.style('green', '✓')} ${printable(line)}`);
      if (event.kind === 'split.made' || event.kind === 'run.resumed') isSearching = true;
      if (event.kind === 'ensemble.chosen' || event.kind === 'run.failed') isSearching = false;
      redraw();
    },
    pause: () => terminal.endLive(),
    close() {
      clearInterval(timer);
      terminal.endLive();
    },
  };
}

function best(state: RunState): { title: string; value: number } | null {
  const metric = state.plan?.metric;
  if (!metric) return null;
  const sign = metricFacts[metric].isHigherBetter ? 1 : -1;
  const done = [...state.candidates.values()].flatMap(({ candidate, evaluation }) => (evaluation ? [{ title: candidate.title, value: evaluation.value }] : []));
  return done.toSorted((a, b) => sign * (b.value - a.value))[0] ?? null;
}

function liveLine(state: RunState, spentMs: number): string {
  const running = [...state.candidates.values()].filter(({ started, executions }) => started.size > executions.size).map(({ candidate }) => candidate.title);
  const found = best(state);
  const budgetMs = state.plan?.budgetMs ?? 0;
  const score = found && state.plan ? ` · best ${state.plan.metric} ${number(found.value)}` : '';
  return `  search  ${running.join(' + ') || 'choosing'}${score} · ${seconds(Math.max(0, budgetMs - spentMs))} left`;
}

function lineOf(event: RunEvent, state: RunState): string | null {
  switch (event.kind) {
    case 'dataset.profiled':
      return `data      ${event.dataset.rowCount} rows, ${event.columnCount} columns, ${event.warnings.length} notes`;
    case 'split.made':
      return `split     ${event.learnRows} rows to learn from, ${event.testRows} locked away until the end`;
    case 'candidate.evaluated':
      return `tried     ${state.candidates.get(event.candidateId)?.candidate.title ?? event.candidateId}: ${event.metric} ${number(event.value)}`;
    case 'ensemble.chosen':
      return `chosen    ${event.note}`;
    case 'model.built':
      return `built     one ONNX graph; answers as the trainers did on ${event.parity.rows} rows (largest difference ${event.parity.largestDifference.toExponential(1)})`;
    case 'test.opened':
      return `test      locked rows opened once, answered by the packaged file`;
    case 'run.resumed':
      return `resumed   ${seconds(state.spentMs)} were spent before`;
    default:
      return null;
  }
}
