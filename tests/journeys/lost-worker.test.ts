import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ContainmentSummary } from '../../src/domain/containment.ts';
import { startCommand, type Command } from '../support/command.ts';
import { buildUndisturbed, leftovers, makePlace, readMade, recordedBuildWords } from '../support/concrete.ts';
import { descendantsOf, leftRunning } from '../support/processes.ts';

/** The process that trains, or the one that holds its cage: whichever of them ends, the other does. */
function endWorker(command: Command): void {
  const worker = descendantsOf(command.processId).find(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('worker.py'));
  if (!worker) throw new Error('there is no worker');
  process.kill(worker.pid, 'SIGKILL');
}

it('replaces a training process that is killed at work, and ends as if nothing had happened', { timeout: 120_000 }, async () => {
  const undisturbed = await buildUndisturbed();
  const place = makePlace();
  const command = startCommand(recordedBuildWords(place.home), place);
  await command.untilLine(({ kind }) => kind === 'search.decided');
  endWorker(command);
  await command.untilLine(({ kind }) => kind === 'execution.finished');
  endWorker(command);
  const below = descendantsOf(command.processId);
  expect(await command.ended).toMatchObject({ exitCode: 0 });
  expect(command.lines.filter(({ kind, end }) => kind === 'execution.finished' && !JSON.stringify(end).includes('"finished"'))).toEqual([]);
  // The first may have been ended before it was ready.
  const { lostWorkers, notStarted } = ContainmentSummary.parse(command.lines.find(({ kind }) => kind === 'sandbox.closed')?.['summary']);
  expect(lostWorkers + notStarted).toBe(2);
  expect(readMade(place.home, 'strength@1')).toEqual(undisturbed.made);
  expect(await leftRunning(below)).toEqual([]);
  expect(leftovers(place)).toEqual([]);
});
