import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it; true when it was not there. Node's own recursive way spins for ever where the system says
 * "no such file" of a folder whose parent exists, as /proc does.
 */
export function makeFolder(folder: string, mode: number): boolean {
  const parent = dirname(folder);
  for (let tries = 0; ; tries++) {
    try {
      mkdirSync(folder, { mode });
      return true;
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
      if (code === 'EEXIST' && statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return false;
      if (code !== 'ENOENT' || tries > 0 || parent === folder) throw cause;
      makeFolder(parent, mode);
    }
  }
}
