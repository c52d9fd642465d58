import { describe, expect, it } from 'vitest';
import { parseRunEvent, type RunEvent } from '../domain/event.ts';
import type { EventLog } from '../edges/store/index.ts';
import { openMemoryEventLog } from '../edges/store/memory-event-log.ts';
import { openRunLog, startClock } from './run-log.ts';

const fakeTime = () => {
  let nowMs = 0;
  return { nowMs: () => nowMs, pass: (ms: number) => void (nowMs += ms) };
};

describe('the clock of a run', () => {
  it('counts from what was already spent', () => {
    const time = fakeTime();
    time.pass(500);
    const clock = startClock(1_000, time.nowMs);
    expect(clock.spentMs()).toBe(1_000);
    time.pass(250);
    expect(clock.spentMs()).toBe(1_250);
  });

  it('stands still while a person is asked, however often', () => {
    const time = fakeTime();
    const clock = startClock(0, time.nowMs);
    time.pass(100);
    clock.pause();
    time.pass(60_000);
    expect(clock.spentMs()).toBe(100);
    clock.pause();
    time.pass(60_000);
    clock.goOn();
    clock.goOn();
    time.pass(10);
    expect(clock.spentMs()).toBe(110);
    clock.pause();
    time.pass(5);
    clock.goOn();
    expect(clock.spentMs()).toBe(110);
  });
});

const runId = 'r_0123456789abcdef';
const resumed = { kind: 'run.resumed' } as const;

function openLog(log: EventLog<RunEvent> = openMemoryEventLog(parseRunEvent), events: RunEvent[] = []) {
  const time = fakeTime();
  const heard: string[] = [];
  const run = openRunLog(
    log,
    runId,
    events,
    startClock(0, time.nowMs),
    () => '2026-01-01T00:00:00.000Z',
    ({ kind }) => void heard.push(kind),
  );
  return { log, run, time, heard };
}

describe('the log of a run', () => {
  it('has an event on disk before its state knows it or anyone hears of it', async () => {
    const memory = openMemoryEventLog(parseRunEvent);
    const { run, heard } = openLog({
      ...memory,
      append: async (id, event) => {
        expect(heard.length).toBe(0);
        expect(run.state.end.kind).toBe('running');
        return memory.append(id, event);
      },
    });
    await run.append({ kind: 'run.interrupted' });
    expect([run.state.end.kind, heard]).toEqual(['interrupted', ['run.interrupted']]);
  });

  it('keeps the order of events that are appended together', async () => {
    const memory = openMemoryEventLog(parseRunEvent);
    let turn = 0;
    const { run, heard } = openLog({
      ...memory,
      // The first append is the slowest.
      append: async (id, event) => {
        for (let wait = 3 - turn++; wait > 0; wait--) await Promise.resolve();
        return memory.append(id, event);
      },
    });
    await Promise.all([run.append(resumed), run.append({ kind: 'run.interrupted' }), run.append({ kind: 'run.finished', wallMs: 1 })]);
    expect(heard).toEqual(['run.resumed', 'run.interrupted', 'run.finished']);
    expect((await memory.read(runId)).map(({ event }) => event.kind)).toEqual(heard);
  });

  it('does not count an event that could not be written, and writes the next', async () => {
    const memory = openMemoryEventLog(parseRunEvent);
    let isFull = true;
    const { run, heard } = openLog({
      ...memory,
      append: async (id, event) => (isFull ? Promise.reject(new Error('the disk is full')) : memory.append(id, event)),
    });
    await expect(run.append({ kind: 'run.interrupted' })).rejects.toThrow('the disk is full');
    expect(run.state.end.kind).toBe('running');
    isFull = false;
    await run.append({ kind: 'run.finished', wallMs: 1 });
    expect(heard).toEqual(['run.finished']);
  });

  it('notes when each kind of step was first taken, over a resume too', async () => {
    const first = openLog();
    first.time.pass(40);
    await first.run.append({ kind: 'test.opened', rowCount: 1, graphSha256: 'x' });
    const events = (await first.log.read(runId)).map(({ event }) => event);
    const second = openLog(first.log, events);
    second.time.pass(90);
    await second.run.append({ kind: 'test.opened', rowCount: 1, graphSha256: 'x' });
    expect(second.run.milestones).toEqual([{ step: 'locked rows opened', spentMs: 40 }]);
    expect(second.run.state.testOpened).toEqual({ rowCount: 1, graphSha256: 'x' });
  });
});
