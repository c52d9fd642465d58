import { openBubblewrap } from './bubblewrap.ts';
import type { CageOptions } from './start-cage.ts';
import type { Sandbox } from './sandbox.ts';
import { openUncaged } from './uncaged.ts';
import { tryWalls, type WallTrial } from './walls.ts';

/** A sandbox and what was found when the walls were tried for it. */
export type OpenedSandbox = Sandbox & { readonly trial: WallTrial };

/** The cage where every wall of it stands on this machine; its twin, which says that it is none, otherwise. */
export async function openSandbox(options: CageOptions): Promise<OpenedSandbox> {
  const trial = await tryWalls(options);
  const { walls } = trial;
  return { ...(walls.every(({ isUp }) => isUp) ? openBubblewrap(options, walls) : openUncaged(options, walls)), trial };
}
