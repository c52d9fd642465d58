/** What comes out of guests: their messages, and what those that read tables and run graphs answer. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ReadingRule } from '../../src/domain/column.ts';
import { ModelwrightError } from '../../src/domain/error.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { MessageReader, type Guest } from '../../src/edges/guest/index.ts';
import { graphEntry, openGuestRuntime } from '../../src/edges/onnx/index.ts';
import { openTables, readerEntry } from '../../src/edges/tables/index.ts';
import { openEncoder } from '../../src/features/index.ts';
import { openModel } from '../../src/model/index.ts';
import { profileDataset } from '../../src/stages/intake/index.ts';
import { smallPackage, smallTable, testSigner } from '../fixtures/small-package.ts';
import { uncagedGuests } from '../support/guests.ts';
import { mutatedMessages, streamOf } from './mutate-guest.ts';
import type { ReaderUnderTest } from './reader-under-test.ts';

const MOST_BYTES = 64 << 20;

/** The messages of a stream that comes in pieces of any size, and what broke it. */
function messagesOf(stream: Uint8Array): { messages: unknown[]; refusal: RangeError | undefined } {
  const random = seededRandom(stream.reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, stream.length));
  const reader = new MessageReader(MOST_BYTES);
  const messages: unknown[] = [];
  try {
    for (let at = 0; at < stream.length;) {
      const size = 1 + random.below(random.next() < 0.3 ? 8 : 70_000);
      for (const message of reader.read(stream.subarray(at, at + size))) messages.push(message);
      at += size;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { messages, refusal: error };
  }
  return { messages, refusal: undefined };
}

/** Bytes of arrays and texts that a value holds. */
function weigh(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + weigh(part), 0);
}

/**
 * A guest that has been taken over: for each request it gives the next messages of its stream up to one that is no part, and ends when there
 * are no more. What its owner throws while it takes a message is kept: in the product nobody would catch it.
 */
class TakenOver {
  thrown: unknown;
  isKilled = false;
  readonly guest: Guest;

  constructor(stream: Uint8Array) {
    const { messages, refusal } = messagesOf(stream);
    let tell: (message: unknown) => void = () => {};
    let end: Parameters<Guest['onExit']>[0] = () => {};
    const answer = () => {
      try {
        for (let isPart = true; isPart && !this.isKilled;) {
          const message = messages.shift();
          if (message === undefined) return end(refusal ? { kind: 'nonsense', problem: refusal.message } : { kind: 'exit', code: 0, signal: null });
          tell(message);
          isPart = typeof message === 'object' && message !== null && Reflect.get(message, 'kind') === 'part';
        }
      } catch (error) {
        this.thrown = error;
        end({ kind: 'exit', code: 1, signal: null });
      }
    };
    this.guest = {
      filePath: '/proc/self/fd/7',
      scratchPath: '/scratch',
      processId: undefined,
      send: () => queueMicrotask(answer),
      onMessage: (listener) => (tell = listener),
      onExit: (listener) => (end = listener),
      kill: () => (this.isKilled = true),
    };
  }
}

/** Talks to the guest of `stream`; a refusal that blames what was sent has ended it. */
async function talkTo(stream: Uint8Array, talk: (start: StartGuest) => Promise<unknown>): Promise<void> {
  const taken = new TakenOver(stream);
  const refusal = await talk(async () => taken.guest).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (taken.thrown !== undefined) throw taken.thrown;
  if (refusal === undefined) return;
  if (!(refusal instanceof ModelwrightError)) throw refusal;
  if (refusal.message.includes('was ended') && !taken.isKilled) throw new Error('a guest that talks nonsense lives on', { cause: refusal });
  if (JSON.stringify(refusal).length > 50_000) throw new Error('an error that nobody can read', { cause: refusal });
  // By the wire a guest may say that it has a bug; it is no bug of who listens.
  if (refusal.code !== 'MW9001') throw refusal;
}

/** What a real guest sends while it is talked to. */
async function recorded(folder: string, entry: string, talk: (start: StartGuest) => Promise<unknown>): Promise<Uint8Array> {
  const guests = uncagedGuests(folder);
  const messages: unknown[] = [];
  try {
    await talk(async (file) => {
      const guest = await guests.start(entry, file);
      guest.onMessage((message) => messages.push(message));
      return guest;
    }).catch((error: unknown) => {
      if (!(error instanceof ModelwrightError)) throw error;
    });
  } finally {
    await guests.close();
  }
  return streamOf(messages);
}

type StartGuest = (file?: Parameters<ReturnType<typeof uncagedGuests>['start']>[1]) => Promise<Guest>;

const csv = `id,town,price,member,since\n${Array.from({ length: 80 }, (_, i) => `${i},${['Bern', 'Chur', `town ${i}`][i % 3]},${i === 7 ? '?' : i / 8},${i % 2 ? 'yes' : 'no'},2024-01-${String((i % 28) + 1).padStart(2, '0')}`).join('\n')}\n`;
const rules: { name: string; rule: ReadingRule }[] = [
  { name: 'id', rule: { type: 'number', missing: [], style: 'plain' } },
  { name: 'town', rule: { type: 'text', missing: [] } },
  { name: 'price', rule: { type: 'number', missing: [], style: 'plain' } },
  { name: 'member', rule: { type: 'boolean', missing: [], yes: ['yes'], no: ['no'] } },
  { name: 'since', rule: { type: 'timestamp', missing: [], formats: ['yyyy-mm-dd'] } },
];

/** All that is asked of a file; what comes is held to what the product counts on. */
async function readTable(start: StartGuest, path: string): Promise<void> {
  const file = await openTables(start).openFile(path);
  const { rowCount } = file;
  profileDataset({ path, rowCount, notes: file.notes }, await file.statistics());
  const { table } = await file.readColumns(rules.filter(({ name }) => file.findColumn(name) !== undefined));
  for (const { name, rule } of rules) {
    const column = table.columns.get(name);
    if (!column) continue;
    if (column.type !== rule.type) throw new Error('a column of another type than was asked for');
    const cells = column.type === 'text' ? column.codes : column.values;
    if (cells.length !== rowCount) throw new Error('a column of another length');
    if (column.type === 'text' && column.codes.some((code) => code !== -1 && column.levels[code] === undefined)) throw new Error('a code without a text');
    if (column.type === 'timestamp') for (const value of column.values) if (!Number.isNaN(value)) new Date(value / 1000).toISOString();
  }
  const groups = await file.rowGroups([file.columns[0]]);
  if (groups.some((group) => group < 0 || group >= rowCount)) throw new Error('a group beyond the rows');
  await file.close();
}

const signer = testSigner();
const openSmall = (start: StartGuest) =>
  openModel(smallPackage(signer), { trustedKeys: [signer.publicKey], graphs: openGuestRuntime(() => start()), openEncoder });

async function answerTable(start: StartGuest): Promise<void> {
  const model = await openSmall(start);
  const { decided } = { decided: [], ...(await model.answer(smallTable)) };
  if (decided.some((code) => !(code >= 0 && code < model.contract.classes.length))) throw new Error('a class that is none');
  await model.answerRow({ age: 20, city: 'Oslo', member: false });
  await model.close();
}

export const guestReaders: ReaderUnderTest[] = [
  {
    name: 'guest-message',
    refusals: [RangeError],
    open() {
      const texts = Array.from({ length: 100 }, (_, i) => ['', 'ä', '😀', '"'][i % 4] + i);
      const values = [{ a: [1, 'x', null, Float64Array.of(Number.NaN, 1)], b: -0, c: { d: Int32Array.of(1, 2, 3) } }, 'ready', { texts, u: Uint8Array.of(1) }];
      const good = streamOf(values);
      if (!isDeepStrictEqual(messagesOf(good).messages, values)) throw new Error('messages come out as others');
      return {
        seeds: [good, streamOf([{ texts, more: texts }]), streamOf([{ f: new Float32Array(9) }, [Infinity]])],
        mutate: mutatedMessages,
        read(stream) {
          const { messages, refusal } = messagesOf(stream);
          if (weigh(messages) > 2 * stream.length) throw new TypeError(`${stream.length} bytes became ${weigh(messages)}`);
          if (refusal) throw refusal;
        },
      };
    },
  },
  {
    name: 'table-reply',
    refusals: [],
    async open(folder) {
      const path = join(folder, 'table.csv');
      writeFileSync(path, csv);
      const good = await recorded(folder, readerEntry, (start) => readTable(start, path));
      const ragged = join(folder, 'ragged.csv');
      writeFileSync(ragged, 'a,b\n1,2\n3\n');
      const failed = await recorded(folder, readerEntry, (start) => readTable(start, ragged));
      return {
        seeds: [good],
        mutate: (random) => mutatedMessages(random, random.next() < 0.9 ? [good] : [failed, good]),
        read: (stream) => talkTo(stream, (start) => readTable(start, path)),
      };
    },
  },
  {
    name: 'expressions-reply',
    refusals: [],
    async open(folder) {
      const texts = ['price / 2', 'case when a > 1 then 2 end', 'no expression (', `1${' + 1'.repeat(900)}`];
      const talk = async (start: StartGuest) => {
        const tables = openTables(start);
        const trees = await tables.parseExpressions(texts);
        if (trees.length !== texts.length) throw new Error('another number of trees');
        await tables.close();
      };
      return { seeds: [await recorded(folder, readerEntry, talk)], mutate: mutatedMessages, read: (stream) => talkTo(stream, talk) };
    },
  },
  {
    name: 'written-reply',
    refusals: [],
    async open(folder) {
      const talk = (start: StartGuest) => openTables(start).writeParquet(join(folder, 'answers.parquet'), [{ name: 'a', values: Float64Array.of(1, 2) }]);
      return { seeds: [await recorded(folder, readerEntry, talk)], mutate: mutatedMessages, read: (stream) => talkTo(stream, talk) };
    },
  },
  {
    name: 'graph-reply',
    refusals: [],
    async open(folder) {
      return { seeds: [await recorded(folder, graphEntry, answerTable)], mutate: mutatedMessages, read: (stream) => talkTo(stream, answerTable) };
    },
  },
];
