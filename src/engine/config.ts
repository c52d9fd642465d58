import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { OuterCage } from '../domain/containment.ts';
import { ModelwrightError } from '../domain/error.ts';
import { cacheRoots } from '../../scripts/environment.mjs';

/** What the machine and its user decide: the only place that reads the environment's variables. */
export type Config = {
  /** Everything is kept under it. */
  home: string;
  /** Where the training environment may lie. */
  cacheRoots: string[];
  userId: number;
  /** A cage that the operator says to have put round the whole product (gVisor, Kata …); shown as a claim, and no wall. */
  outerCage: string | null;
};

const Environment = z.looseObject({
  MODELWRIGHT_HOME: z.string().optional(),
  MODELWRIGHT_CACHE: z.string().optional(),
  XDG_CACHE_HOME: z.string().optional(),
  MODELWRIGHT_OUTER_CAGE: z.string().optional(),
});

/** @param home what `--home` said, or null */
export function readConfig(environment: Record<string, string | undefined>, home: string | null): Config {
  const { MODELWRIGHT_HOME, MODELWRIGHT_CACHE, XDG_CACHE_HOME, MODELWRIGHT_OUTER_CAGE } = Environment.parse(environment);
  const userId = process.getuid?.() ?? -1;
  return {
    home: resolve(home ?? (MODELWRIGHT_HOME || `${homedir()}/.modelwright`)),
    cacheRoots: cacheRoots({ override: MODELWRIGHT_CACHE, userId, home: homedir(), xdgCacheHome: XDG_CACHE_HOME }),
    userId,
    outerCage: MODELWRIGHT_OUTER_CAGE ? readOuterCage(MODELWRIGHT_OUTER_CAGE) : null,
  };
}

function readOuterCage(said: string): string {
  const read = OuterCage.safeParse(said);
  if (read.success) return read.data;
  throw new ModelwrightError({
    code: 'MW1001',
    message: 'MODELWRIGHT_OUTER_CAGE does not name a cage.',
    hint: 'Give it one word of at most 40 letters, digits, dots and dashes, such as gvisor or kata.',
  });
}
