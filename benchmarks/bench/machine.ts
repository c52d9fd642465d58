import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { clone } from './run-ours.ts';

/** Kind of machine, not its name. */
export function describeMachine(): string {
  const processors = cpus();
  return `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

/** The commit that is measured; `+` behind it: with changes that are not committed. */
export function describeCommit(): string {
  const git = (words: string[]) => execFileSync('git', words, { cwd: clone, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git(['rev-parse', '--short=10', 'HEAD'])}${git(['status', '--porcelain', '--untracked-files=no']) === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}
