import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileReading } from '../../domain/file-reading.ts';
import { openReader } from '../../../tests/support/reader.ts';

let folder: string;
let reader: ReturnType<typeof openReader>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-as-'));
  reader = openReader({ tempDirectory: folder });
});
afterAll(async () => {
  await reader.tables.close();
  rmSync(folder, { recursive: true, force: true });
});

async function opened(content: string | Buffer, readAs: FileReading = {}) {
  const path = join(folder, 'table.txt');
  writeFileSync(path, content);
  const file = await reader.tables.openFile(path, readAs);
  const { columns, rowCount, dialect } = file;
  const { table } = await file.readColumns([{ name: columns[0], rule: { type: 'text', missing: [] } }]);
  const [first] = table.columns.values();
  await file.close();
  return { columns, rowCount, dialect, values: first.type === 'text' ? first.levels : [] };
}

describe('a file of text that the user says something of', () => {
  it('is cut at the sign that is named', async () => {
    const content = 'a b;c\n1 2;3\n4 5;6\n';
    expect((await opened(content)).columns).toEqual(['a b', 'c']);
    expect(await opened(content, { delimiter: ' ' })).toMatchObject({ columns: ['a', 'b;c'], values: ['1', '4'] });
    expect((await opened('x\ty\n1\t2\n', { delimiter: '\t' })).columns).toEqual(['x', 'y']);
  });

  it('has a header or none, as is said', async () => {
    const content = 'red,small\nblue,large\ngreen,tiny\n';
    expect(await opened(content)).toMatchObject({ columns: ['red', 'small'], rowCount: 2 });
    expect(await opened(content, { hasHeader: false })).toMatchObject({ columns: ['column_1', 'column_2'], rowCount: 3, values: ['blue', 'green', 'red'] });
    const numbers = '1,2\n3,4\n5,6\n';
    expect(await opened(numbers, { hasHeader: true })).toMatchObject({ columns: ['1', '2'], rowCount: 2 });
  });

  it('is decoded as is said, whatever its bytes look like', async () => {
    const latin = Buffer.from('ort,zahl\nK\xf6ln,1\n\xc3\xbc,2\n', 'latin1');
    expect(await opened(latin, { encoding: 'windows-1252' })).toMatchObject({ dialect: { encoding: 'windows-1252' }, values: ['Köln', 'Ã¼'] });
    const utf8 = Buffer.from('ort,zahl\nKöln,1\n', 'utf8');
    expect(await opened(utf8, { encoding: 'windows-1252' })).toMatchObject({ values: ['KÃ¶ln'] });
    const wide = Buffer.from('o,z\nK,1\n', 'utf16le');
    expect(await opened(wide, { encoding: 'utf-16le' })).toMatchObject({ dialect: { encoding: 'utf-16le' }, values: ['K'] });
  });
});
