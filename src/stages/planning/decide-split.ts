import type { BuildRequest } from '../../domain/event.ts';
import { ModelwrightError } from '../../domain/error.ts';
import { getColumn } from '../../domain/get-column.ts';
import type { Plan } from '../../domain/plan.ts';
import { findObservedOrder } from './find-time.ts';
import type { PlanFacts } from './plan-facts.ts';

const SURE = 1;

export type SplitDecision = { value: Plan['split']; certainty: number; reason: string; option: string };

/** By the options, by what the sentence says of time, by rows that belong together, or by chance. */
export function decideSplit({ sentence, derived, profile, target }: PlanFacts, request: BuildRequest): SplitDecision {
  if (request.time !== null && request.group !== null) {
    throw new ModelwrightError({
      code: 'MW1001',
      message: '--time and --group exclude each other.',
      hint: 'Rows are kept together by group, or ordered by time.',
    });
  }
  if (request.isRandomSplit && (request.time !== null || request.group !== null)) {
    throw new ModelwrightError({ code: 'MW1001', message: '--split random goes with neither --time nor --group.', hint: 'Give one of them.' });
  }
  const by = (kind: 'time' | 'group', named: string, certainty: number, reason: string): SplitDecision => {
    const { name, rule, kind: columnKind, kindReason } = getColumn(profile, named, `--${kind}`);
    if (kind === 'time' && columnKind !== 'datetime' && columnKind !== 'number' && columnKind !== 'identifier') {
      throw new ModelwrightError({
        code: 'MW1001',
        message: `--time takes a column of dates or numbers, and "${name}" ${kindReason}.`,
        hint: 'Name the column that says when a row was observed. Rows that belong together are named by --group.',
        place: { column: name },
      });
    }
    return { value: { kind, column: name, rule }, certainty, reason, option: '--split random' };
  };
  if (request.time !== null) return by('time', request.time, SURE, 'you named it');
  if (request.group !== null) return by('group', request.group, SURE, 'you named it');
  const random = { value: { kind: 'random' as const }, option: '--time or --group' };
  if (request.isRandomSplit) return { ...random, certainty: SURE, reason: 'you asked for it' };
  if (derived?.ahead) return by('time', derived.ahead.order.name, 0.9, 'the answer lies in a later row');
  if (sentence.time) return by('time', sentence.time.value, sentence.time.certainty, sentence.time.reason);
  const groups = profile.warnings.find((warning) => warning.kind === 'groups' && warning.column !== target.name);
  if (groups?.kind === 'groups') return by('group', groups.column, 0.7, `"${groups.column}" ${groups.detail}`);
  const order = findObservedOrder(profile);
  if (!order || order.column.name === target.name)
    return { ...random, certainty: 0.7, reason: 'nothing speaks for an order of time or for rows that belong together' };
  const { name } = order.column;
  if (order.isWhenObserved) return by('time', name, 0.6, `the rows stand in the order of "${name}", so that later ones are predicted from earlier ones`);
  return { ...random, certainty: 0.5, reason: `the rows stand in the order of "${name}", but its name does not say that it is when they were observed` };
}
