import { expect, it } from 'vitest';
import { z } from 'zod';
import type { EventLog, ParseEvent } from './event-log.ts';

export const TestEvent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('run.requested'), sentence: z.string() }),
  z.strictObject({ kind: z.literal('score.measured'), value: z.number() }),
  z.strictObject({ kind: z.literal('run.finished') }),
]);
export type TestEvent = z.infer<typeof TestEvent>;

const requested = (sentence: string): TestEvent => ({ kind: 'run.requested', sentence });

/** What every event log does. */
export function eventLogContract(open: (parseEvent: ParseEvent<TestEvent>) => Promise<EventLog<TestEvent>>): void {
  const openLog = () => open((value) => TestEvent.parse(value));

  it('gives events back in the order they were appended, numbered from 1', async () => {
    const log = await openLog();
    const events: TestEvent[] = [requested('who leaves? “Grüße”, \u0000 and 🙂'), { kind: 'score.measured', value: 0.1 + 0.2 }, { kind: 'run.finished' }];
    const numbers: number[] = [];
    for (const event of events) numbers.push(await log.append('r1', event));
    expect(numbers).toEqual([1, 2, 3]);
    expect(await log.read('r1')).toEqual(events.map((event, index) => ({ number: index + 1, event })));
  });

  it('numbers each run by itself', async () => {
    const log = await openLog();
    await log.append('r1', requested('a'));
    expect(await log.append('r2', requested('b'))).toBe(1);
    expect(await log.append('r1', { kind: 'run.finished' })).toBe(2);
    expect(await log.read('r2')).toEqual([{ number: 1, event: requested('b') }]);
  });

  it('lists runs from the oldest with their first and last event', async () => {
    const log = await openLog();
    expect(await log.listRuns()).toEqual([]);
    await log.append('zebra', requested('a'));
    await log.append('ant', requested('b'));
    await log.append('zebra', { kind: 'run.finished' });
    expect(await log.listRuns()).toEqual([
      { runId: 'zebra', eventCount: 2, first: requested('a'), last: { kind: 'run.finished' } },
      { runId: 'ant', eventCount: 1, first: requested('b'), last: requested('b') },
    ]);
  });

  it('knows nothing of a run that was never written or was deleted', async () => {
    const log = await openLog();
    expect(await log.read('r1')).toEqual([]);
    expect(await log.deleteRun('r1')).toBe(false);
    await log.append('r1', requested('a'));
    await log.append('r2', requested('b'));
    expect(await log.deleteRun('r1')).toBe(true);
    expect(await log.read('r1')).toEqual([]);
    expect((await log.listRuns()).map(({ runId }) => runId)).toEqual(['r2']);
  });

  it('keeps an event as it was when the caller changes its own copy later', async () => {
    const log = await openLog();
    const event = { kind: 'score.measured' as const, value: 1 };
    await log.append('r1', event);
    event.value = 2;
    expect((await log.read('r1'))[0].event).toEqual({ kind: 'score.measured', value: 1 });
  });

  it('refuses at once an event that could not be read back, and writes nothing of it', async () => {
    const log = await openLog();
    await expect(log.append('r1', { kind: 'score.measured', value: Number.NaN })).rejects.toThrow('value');
    expect(await log.read('r1')).toEqual([]);
  });

  it('refuses a run id that could not name a folder', async () => {
    const log = await openLog();
    for (const runId of ['', '../r1', 'a/b', '.', 'a\u0000', 'x'.repeat(65)]) {
      await expect(log.append(runId, requested('a'))).rejects.toMatchObject({ code: 'MW2011' });
    }
  });

  it('takes a thousand characters and a megabyte alike', async () => {
    const log = await openLog();
    const long = requested('x'.repeat(1 << 20));
    await log.append('r1', long);
    expect((await log.read('r1'))[0].event).toEqual(long);
  });
}
