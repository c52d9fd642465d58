import { expect, it } from 'vitest';
import { runCommand, startCommand } from '../support/command.ts';
import { buildWords, leftovers, makePlace, resumeWords } from '../support/concrete.ts';
import { descendantsOf, leftRunning } from '../support/processes.ts';

const LONG = { timeout: 90_000 };

it('packages the best so far on the first interrupt, and says that it stopped early', LONG, async () => {
  const place = makePlace();
  const command = startCommand(buildWords(place.home, '--budget', '5m'), place);
  await command.untilLine(({ kind }) => kind === 'candidate.evaluated');
  command.child.kill('SIGINT');
  expect(await command.ended).toEqual({ exitCode: 0, signal: null });
  expect(command.lines.at(-1)).toMatchObject({ kind: 'result', isStoppedEarly: true });
  expect((await runCommand(['verify', 'strength', '--json', '--home', place.home], place)).exitCode).toBe(0);
  expect(leftovers(place)).toEqual([]);
});

it('says "stopped early" in words', LONG, async () => {
  const place = makePlace();
  const command = startCommand(
    buildWords(place.home, '--budget', '5m').filter((word) => word !== '--json'),
    place,
  );
  await command.untilLine(({ text }) => String(text).includes('tried'));
  command.child.kill('SIGINT');
  expect(await command.ended).toEqual({ exitCode: 0, signal: null });
  expect(command.lines.map(({ text }) => text).join('\n')).toContain('stopped early');
});

it('ends at once on the second interrupt, and the run can be resumed', LONG, async () => {
  const place = makePlace();
  const command = startCommand(buildWords(place.home, '--budget', '8s'), place);
  const line = await command.untilLine(({ kind }) => kind === 'execution.finished');
  const below = descendantsOf(command.processId);
  command.child.kill('SIGINT');
  command.child.kill('SIGINT');
  // Two interrupts at the same moment may count as one to the system.
  const timer = setInterval(() => command.child.kill('SIGINT'), 20);
  expect(await command.ended).toEqual({ exitCode: 130, signal: null });
  clearInterval(timer);
  expect(await leftRunning(below)).toEqual([]);
  const resumed = await runCommand(resumeWords(place.home, String(line?.['run'])), place);
  expect(resumed.last).toMatchObject({ kind: 'result', isStoppedEarly: false });
  expect(leftovers(place)).toEqual([]);
});

it('ends at once when it is told to terminate, and the run can be resumed', LONG, async () => {
  const place = makePlace();
  const command = startCommand(buildWords(place.home, '--budget', '15s'), place);
  const line = await command.untilLine(({ kind }) => kind === 'search.decided');
  const below = descendantsOf(command.processId);
  command.child.kill('SIGTERM');
  expect(await command.ended).toEqual({ exitCode: 143, signal: null });
  expect(await leftRunning(below)).toEqual([]);
  const resumed = await runCommand(resumeWords(place.home, String(line?.['run'])), place);
  expect(resumed.last).toMatchObject({ kind: 'result' });
  expect(leftovers(place)).toEqual([]);
});

it('says so when it is interrupted before there is anything to package', LONG, async () => {
  const place = makePlace();
  const command = startCommand(buildWords(place.home, '--budget', '8s'), place);
  const line = await command.untilLine(({ kind }) => kind === 'run.requested');
  command.child.kill('SIGINT');
  expect(await command.ended).toEqual({ exitCode: 5, signal: null });
  expect(command.lines.at(-1)).toMatchObject({ kind: 'error', code: 'MW2003' });
  expect((await runCommand(resumeWords(place.home, String(line?.['run'])), place)).last).toMatchObject({ kind: 'result' });
});

it.each(['1s', '2s'])('ends a build of %s with a model or says that it was too short, never late', LONG, async (budget) => {
  const place = makePlace();
  const startMs = performance.now();
  const { exitCode, last, stderr } = await runCommand(buildWords(place.home, '--budget', budget), place);
  // A bound for machines of CI that are busy; the product's own clock is measured elsewhere.
  expect(performance.now() - startMs).toBeLessThan(10_000);
  expect([0, 5]).toContain(exitCode);
  expect(last).toMatchObject(exitCode === 0 ? { kind: 'result' } : { kind: 'error', code: 'MW2001' });
  expect(stderr).toBe('');
  expect(leftovers(place)).toEqual([]);
  if (exitCode === 0) return;
  // What its hint promises is true.
  const runId = /resume (r_\w+)/.exec(String(last['hint']))?.[1] ?? '';
  expect((await runCommand(resumeWords(place.home, runId), place)).last).toMatchObject({ kind: 'result' });
});
