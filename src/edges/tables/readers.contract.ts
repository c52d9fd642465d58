import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Guest, GuestFile } from '../guest/index.ts';
import { openTables, readerEntry, type OpenedFile, type Tables } from './index.ts';

/** As the sandbox edge gives them. */
type Readers = { start(entry: string, file?: GuestFile): Promise<Guest>; close(): Promise<void> };

const csv = 'id,town,price\n1,Bern,1.5\n2,Chur,\n3,Bern,2.5\n';
const lines = '{"id":1,"town":"Bern","price":1.5}\n{"id":2,"town":"Chur"}\n{"id":3,"town":"Bern","price":2.5}\n';

/** What reading must do, in a cage or without one. */
export function readersContract(open: (scratchDirectory: string) => Readers): void {
  let folder: string;
  let readers: Readers;
  let tables: Tables;
  let newest: Guest | undefined;
  /** Told of each request as it is sent. */
  let onRequest: () => void;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'readers-'));
    readers = open(folder);
    onRequest = () => {};
    tables = openTables(async (file) => {
      const guest = await readers.start(readerEntry, file);
      newest = guest;
      const send = guest.send.bind(guest);
      guest.send = (message) => {
        send(message);
        onRequest();
      };
      return guest;
    });
  });
  afterEach(async () => {
    await tables.close();
    await readers.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const put = (name: string, bytes: string | Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  async function read(file: OpenedFile): Promise<unknown> {
    const { table } = await file.readColumns([
      { name: 'id', rule: { type: 'number', missing: [], style: 'plain' } },
      { name: 'town', rule: { type: 'text', missing: [] } },
      { name: 'price', rule: { type: 'number', missing: [], style: 'plain' } },
    ]);
    return [...table.columns.values()];
  }

  it('reads CSV, JSON, either gzipped, and the Parquet that it wrote, as the same table', async () => {
    const parquet = join(folder, 'table.parquet');
    await tables.writeParquet(parquet, [
      { name: 'id', values: Float64Array.of(1, 2, 3) },
      { name: 'town', values: ['Bern', 'Chur', 'Bern'] },
      { name: 'price', values: ['1.5', '', '2.5'] },
    ]);
    const paths = [put('a.csv', csv), put('b.csv.gz', gzipSync(csv)), put('c.jsonl', lines), put('d.jsonl.gz', gzipSync(lines)), parquet];
    for (const path of paths) {
      const file = await tables.openFile(path);
      expect(await read(file)).toEqual([
        { type: 'number', values: Float64Array.of(1, 2, 3) },
        { type: 'text', codes: Int32Array.of(0, 1, 0), levels: ['Bern', 'Chur'] },
        { type: 'number', values: Float64Array.of(1.5, NaN, 2.5) },
      ]);
      await file.close();
    }
  });

  it('reads what only its owner may read, in a folder that only its owner may enter', async () => {
    mkdirSync(join(folder, 'closed'));
    const path = put('closed/own.csv', csv);
    chmodSync(path, 0o600);
    chmodSync(join(folder, 'closed'), 0o700);
    expect((await tables.openFile(path)).rowCount).toBe(3);
  });

  it('goes on with a file that was removed when it had been opened', async () => {
    const path = put('gone.csv', csv);
    onRequest = () => rmSync(path, { force: true });
    const file = await tables.openFile(path);
    expect(file.rowCount).toBe(3);
    expect((await file.statistics()).columns).toHaveLength(3);
  });

  it('refuses a file that somebody writes to while it is read', async () => {
    const path = put('growing.csv', `a,b\n${'1,2\n'.repeat(4_000_000)}`);
    let writing: NodeJS.Timeout | undefined;
    onRequest = () => (writing ??= setInterval(() => appendFileSync(path, '3,4\n'), 1));
    await expect(tables.openFile(path)).rejects.toMatchObject({ code: 'MW1121', place: { file: path } });
    clearInterval(writing);
  });

  it('tells of a fault by the name that the user gave, and not by its own', async () => {
    const path = put('ragged.csv', 'a,b\n1,2\n3\n');
    const error = await tables.openFile(path).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'MW1115', place: { file: path, row: 2 }, message: expect.stringContaining(path) });
    expect(JSON.stringify(error)).not.toMatch(/proc|fd\/|scratch/);
  });

  it('tells of a reader that is killed at its work by MW1112, and the next file is read by a new one', async () => {
    const path = put('good.csv', csv);
    onRequest = () => process.kill(newest?.processId ?? 0, 'SIGKILL');
    await expect(tables.openFile(path)).rejects.toMatchObject({ code: 'MW1112' });
    onRequest = () => {};
    expect((await tables.openFile(path)).rowCount).toBe(3);
  });

  it('writes answers over what is there, and nothing where it may not', async () => {
    const path = put('old.parquet', 'what was here before, which is longer than what comes');
    await tables.writeParquet(path, [{ name: 'a', values: Float64Array.of(1) }]);
    expect(readFileSync(path).subarray(0, 4).toString()).toBe('PAR1');
    expect(readFileSync(path).subarray(-4).toString()).toBe('PAR1');
    await expect(tables.writeParquet(join(folder, 'missing', 'a.parquet'), [{ name: 'a', values: Float64Array.of(1) }])).rejects.toMatchObject({
      code: 'MW3019',
    });
  });
}
