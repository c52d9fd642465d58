import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cagedGuests, uncagedGuests } from '../../../tests/support/guests.ts';
import { smallSpec } from '../../../tests/fixtures/small-package.ts';
import { writeGraph } from '../../stages/packaging/index.ts';
import type { Guest } from '../guest/index.ts';
import { graphRuntimeContract } from './graph-runtime.contract.ts';
import { graphEntry, openGuestRuntime } from './guest-runtime.ts';

describe.each([
  ['in a cage', cagedGuests],
  ['without a cage', uncagedGuests],
])('ONNX Runtime in a guest %s', (_, open) => {
  const folder = mkdtempSync(join(tmpdir(), 'graphs-'));
  const guests = open(folder);
  afterAll(async () => {
    await guests.close();
    rmSync(folder, { recursive: true, force: true });
  });
  graphRuntimeContract(openGuestRuntime(() => guests.start(graphEntry)));

  it('tells of a guest that is killed by MW1409, also those who ask later', async () => {
    let guest: Guest | undefined;
    const graph = await openGuestRuntime(async () => (guest = await guests.start(graphEntry))).open(writeGraph(smallSpec));
    process.kill(guest?.processId ?? 0, 'SIGKILL');
    const rows = { rowCount: 1, columnCount: smallSpec.columnCount, values: new Float32Array(smallSpec.columnCount) };
    const noText = { textWidth: 0, textIds: new Int32Array(0), textWeights: new Float32Array(0) };
    for (let time = 0; time < 2; time += 1) await expect(graph.run({ ...rows, ...noText })).rejects.toMatchObject({ code: 'MW1409' });
  });
});

describe('a guest that lies', () => {
  /** A guest that says what it is told to say, whatever it is asked. */
  const saying = (answer: (request: { id: number; ask: string }) => unknown): (() => Promise<Guest>) => {
    let say: (message: unknown) => void = () => {};
    const guest: Guest = {
      filePath: '',
      scratchPath: '',
      processId: undefined,
      send: (message) => say(answer(message as { id: number; ask: string })), // what this file sends
      onMessage: (listener) => (say = listener),
      onExit: () => {},
      kill: () => {},
    };
    return async () => guest;
  };

  it.each([
    ['no reply', () => ({ song: 1 })],
    ['answers before it was asked', ({ id }: { id: number }) => ({ kind: 'answers', id, answers: new Float64Array(2) })],
  ])('is ended when it sends %s', async (_, answer) => {
    await expect(openGuestRuntime(saying(answer)).open(writeGraph(smallSpec))).rejects.toMatchObject({ code: 'MW1409' });
  });

  it('is ended when its answers do not fit the rows', async () => {
    const lying = saying(({ id, ask }) => (ask === 'open' ? { kind: 'opened', id } : { kind: 'answers', id, answers: new Float64Array(3) }));
    const graph = await openGuestRuntime(lying).open(writeGraph(smallSpec));
    const rows = { rowCount: 2, columnCount: 0, values: new Float32Array(0), textWidth: 0, textIds: new Int32Array(0), textWeights: new Float32Array(0) };
    await expect(graph.run(rows)).rejects.toMatchObject({ code: 'MW1409' });
  });
});
