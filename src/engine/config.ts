import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { cacheRoots } from '../../scripts/environment.mjs';

/** What the machine and its user decide: the only place that reads the environment's variables. */
export type Config = {
  /** Everything is kept under it. */
  home: string;
  /** Where the training environment may lie. */
  cacheRoots: string[];
  userId: number;
};

const Environment = z.looseObject({
  MODELWRIGHT_HOME: z.string().optional(),
  MODELWRIGHT_CACHE: z.string().optional(),
  XDG_CACHE_HOME: z.string().optional(),
});

/** @param home what `--home` said, or null */
export function readConfig(environment: Record<string, string | undefined>, home: string | null): Config {
  const { MODELWRIGHT_HOME, MODELWRIGHT_CACHE, XDG_CACHE_HOME } = Environment.parse(environment);
  const userId = process.getuid?.() ?? -1;
  return {
    home: resolve(home ?? (MODELWRIGHT_HOME || `${homedir()}/.modelwright`)),
    cacheRoots: cacheRoots({ override: MODELWRIGHT_CACHE, userId, home: homedir(), xdgCacheHome: XDG_CACHE_HOME }),
    userId,
  };
}
