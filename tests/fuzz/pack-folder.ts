import { jsonBytes, textOf } from './reader-under-test.ts';

export type Files = Map<string, Uint8Array>;

/** A folder as one input: the names and sizes of its files on a line of JSON, then their bytes. */
export function packFolder(files: Files): Uint8Array {
  const index = [...files].map(([name, bytes]): [string, number] => [name, bytes.length]);
  return Buffer.concat([jsonBytes(index), Buffer.from('\n'), ...files.values()]);
}

export function unpackFolder(input: Uint8Array): Files {
  const end = input.indexOf(10);
  const files: Files = new Map();
  let at = end + 1;
  // Written by `packFolder`: no slip touches it.
  for (const [name, size] of JSON.parse(textOf(input.subarray(0, end))) as [string, number][]) files.set(name, input.subarray(at, (at += size)));
  return files;
}
