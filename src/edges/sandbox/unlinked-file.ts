/** A file without a name: it ends with its last descriptor, so a killed process leaves nothing behind. */
import { closeSync, fchmodSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

export type UnlinkedFile = {
  /** For us. */
  writing: number;
  /** For the child: opened read-only, and a second opening would not be granted. */
  reading: number;
};

export function openUnlinkedFile(folder: string): UnlinkedFile {
  const path = join(folder, `.modelwright-${process.pid}-${randomBytes(8).toString('hex')}`);
  const writing = openSync(path, 'wx+', 0o600);
  try {
    const reading = openSync(path, 'r');
    fchmodSync(writing, 0o400);
    return { writing, reading };
  } catch (cause) {
    closeSync(writing);
    throw cause;
  } finally {
    unlinkSync(path);
  }
}

/** Hands texts to a child that `start` starts, as descriptors that are ours no longer than that. */
export function handOver<Child>(texts: readonly Uint8Array[], folder: string, start: (descriptors: number[]) => Child): Child {
  const descriptors: number[] = [];
  try {
    for (const bytes of texts) descriptors.push(readingDescriptorOf(bytes, folder));
    return start(descriptors);
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

/** A descriptor from which a child reads `bytes`, once, from the start. */
function readingDescriptorOf(bytes: Uint8Array, folder: string): number {
  const { writing, reading } = openUnlinkedFile(folder);
  let written = 0;
  while (written < bytes.length) written += writeSync(writing, bytes, written);
  closeSync(writing);
  return reading;
}
