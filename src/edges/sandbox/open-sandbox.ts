import { openBubblewrap } from './bubblewrap.ts';
import type { CageOptions } from './start-cage.ts';
import type { Sandbox } from './sandbox.ts';
import { openUncaged } from './uncaged.ts';
import { probeWalls } from './walls.ts';

/** The cage where every wall of it stands on this machine; its twin, which says that it is none, otherwise. */
export async function openSandbox(options: CageOptions): Promise<Sandbox> {
  const walls = await probeWalls(options);
  return walls.every(({ isUp }) => isUp) ? openBubblewrap(options, walls) : openUncaged(options, walls);
}
