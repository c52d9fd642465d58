/** What the tests of attacks tell the reporter beside how they ended: `scripts/attacks.ts` makes its table from it. */
import 'vitest';

export type AttackMeta =
  | { part: 'attack'; id: string; name: string; tries: string; walls: readonly string[]; control: string; hasControl: boolean }
  | { part: 'control'; id: string }
  | { part: 'mutation'; wall: string; id: string; isRed: boolean }
  | { part: 'wall'; wall: string; isSeenBySelfTest: boolean };

declare module 'vitest' {
  // oxlint-disable-next-line typescript/consistent-type-definitions -- only an interface can be added to
  interface TaskMeta {
    attack?: AttackMeta;
  }
}
