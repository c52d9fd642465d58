import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../src/domain/random.ts';
import { runCommand, startCommand, type Command } from '../support/command.ts';
import {
  buildUndisturbed,
  buildWords,
  leftovers,
  listRuns,
  makePlace,
  readMade,
  recordedBuildWords,
  resumeWords,
  type Made,
  type Place,
} from '../support/concrete.ts';
import { controlGroupsOf, leftRunning } from '../support/processes.ts';

/** Kills at random moments, besides one at every kind of event. `npm run kills` asks for more. */
const randomKills = Number(process.env['MODELWRIGHT_KILLS'] ?? 16);
const seed = Number(process.env['MODELWRIGHT_KILLS_SEED'] ?? 1);
/** A kill costs a start and what is done again; machines of CI are busy. */
const A_KILL_MS = 8_000;
/** Between two random kills: this many lines at most, and then a moment, so that they fall into the middle of steps too. */
const MAX_LINES = 12;
const MAX_MOMENT_MS = 120;

let undisturbed: Made;
let eventKinds: string[];

beforeAll(async () => {
  const { made, lines } = await buildUndisturbed();
  undisturbed = made;
  eventKinds = [...new Set(lines.slice(0, -1).map(({ kind }) => kind))];
}, 120_000);

it('does the same twice when it repeats a recorded list of fits', { timeout: 120_000 }, async () => {
  expect((await buildUndisturbed()).made).toEqual(undisturbed);
});

it('ends as an undisturbed build does, killed once at every kind of event', { timeout: 25 * A_KILL_MS }, async () => {
  const waiting = new Set([...eventKinds, 'run.resumed']);
  await killAndResume(
    async (command) => {
      const line = await command.untilLine(({ kind }) => waiting.has(kind));
      if (line) waiting.delete(line.kind);
      return line !== undefined;
    },
    () => waiting.size === 0,
  );
  expect(eventKinds).toEqual(expect.arrayContaining(['run.requested', 'search.decided', 'model.packaged', 'run.finished']));
});

it(`ends as an undisturbed build does, killed ${randomKills} times at random moments`, { timeout: (randomKills + 4) * A_KILL_MS }, async () => {
  const random = seededRandom(seed);
  let left = randomKills;
  await killAndResume(
    async (command) => {
      // Every fourth falls into the start, before the first event of this process.
      const isAtStart = left % 4 === 0;
      let linesToSee = 1 + random.below(MAX_LINES);
      if (!isAtStart) await command.untilLine(() => --linesToSee === 0);
      await moment(random.next() * (isAtStart ? 5 * MAX_MOMENT_MS : MAX_MOMENT_MS));
      const isAtWork = command.child.exitCode === null;
      if (isAtWork) left--;
      return isAtWork;
    },
    () => left === 0,
  );
});

it(
  'ends as an undisturbed build does, killed while its package is written and when it is written but not yet told of',
  { timeout: 8 * A_KILL_MS },
  async () => {
    const waiting = [/\.part$/, /^strength@1$/, /\.part$/];
    await killAndResume(
      async (command, { home }) => {
        const sight = waiting[0];
        if (sight === undefined) return false;
        // In a resumed run the finished folder may stand there from before.
        await command.untilLine(({ kind }) => kind === 'model.scored' || kind === 'run.resumed');
        const before = new Set(namesIn(join(home, 'models')));
        while (command.child.exitCode === null && !namesIn(join(home, 'models')).some((name) => sight.test(name) && !before.has(name))) await moment(1);
        if (command.child.exitCode !== null) return false;
        waiting.shift();
        return true;
      },
      () => waiting.length === 0,
    );
  },
);

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

it('goes on with what is left of the budget when a build by the clock is killed at its first draft', { timeout: 60_000 }, async () => {
  const place = makePlace();
  const command = startCommand(buildWords(place.home, '--budget', '10s'), place);
  const line = await command.untilLine(({ kind }) => kind === 'model.drafted');
  expect(await leftRunning(await command.kill())).toEqual([]);
  const { last, lines } = await runCommand(resumeWords(place.home, String(line?.['run'])), place);
  expect(last).toMatchObject({ kind: 'result', budgetMs: 10_000, isStoppedEarly: false });
  expect(lines.map(({ kind }) => kind)).not.toContain('plan.approved');
  // Generous: what counts here is that the clock did not begin again.
  expect(last['wallMs']).toBeLessThan(13_000);
  expect(lines[0]['spentMs']).toBeGreaterThanOrEqual(Math.min(Number(line?.['spentMs']), 5_000));
  expect(leftovers(place)).toEqual([]);
});

const moment = (durationMs: number) => new Promise((resolve) => setTimeout(resolve, durationMs));

/**
 * Builds again and again: each process is killed when `untilStrike` says so (true), the next resumes its run; a run that got to its end is
 * compared with the undisturbed one, and followed by another until `isEnough`.
 */
async function killAndResume(untilStrike: (command: Command, place: Place) => Promise<boolean>, isEnough: () => boolean): Promise<void> {
  while (!isEnough()) {
    const place = makePlace();
    const killed: number[] = [];
    let runId: string | null = null;
    let isFinished = false;
    while (!isFinished && !isEnough()) {
      const command = startCommand(runId === null ? recordedBuildWords(place.home) : resumeWords(place.home, runId), place);
      const isStruck = await untilStrike(command, place);
      if (isStruck) {
        const below = await command.kill();
        expect(await leftRunning(below)).toEqual([]);
        killed.push(command.processId);
      } else {
        expect(await command.ended, command.stderr() + JSON.stringify(command.lines.at(-1))).toMatchObject({ exitCode: 0 });
      }
      expect(command.lines.filter(({ kind }) => kind === 'error' || kind === 'unreadable')).toEqual([]);
      runId ??= (await listRuns(place))[0]?.run ?? null;
      isFinished = command.lines.some(({ kind }) => kind === 'run.finished');
    }
    await finish(place, runId, isFinished);
    // Killed at the very last, it leaves the groups of its readers to whoever starts a cage next.
    expect((await runCommand(['doctor', '--home', place.home], place)).exitCode).toBe(0);
    expect(controlGroupsOf(killed)).toEqual([]);
    place.remove();
  }
}

async function finish(place: Place, runId: string | null, isFinished: boolean): Promise<void> {
  const { last, exitCode } = await runCommand(runId === null ? recordedBuildWords(place.home) : resumeWords(place.home, runId), place);
  if (isFinished) expect({ code: last['code'], exitCode }).toEqual({ code: 'MW2002', exitCode: 2 });
  else expect(last).toMatchObject({ kind: 'result' });
  const [run] = await listRuns(place);
  expect(run).toMatchObject({ state: 'finished' });
  expect(readMade(place.home, run.model ?? '')).toEqual(undisturbed);
  expect(readdirSync(join(place.home, 'models'))).toEqual([run.model]);
  expect((await runCommand(['verify', run.model ?? '', '--json', '--home', place.home], place)).exitCode).toBe(0);
  expect(leftovers(place)).toEqual([]);
}
