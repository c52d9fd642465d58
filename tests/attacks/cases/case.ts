/** One attack of the list: what it tries, which walls hold it back, the attempt with its expected refusal, and the control that shows it is an attempt. */
import { expect } from 'vitest';
import type { Arena } from './arena.ts';

/** The walls by the names under which the mutation check takes them away (`mutations.ts`). */
export type WallName =
  | 'another user'
  | 'nested user name space'
  | 'processes'
  | 'network'
  | 'ipc'
  | 'host name'
  | 'control group name space'
  | 'closed root'
  | 'few devices'
  | 'kernel settings'
  | 'environment'
  | 'descriptors'
  | 'worker filter'
  | 'job filter'
  | 'landlock'
  | 'rlimits'
  | 'memory limit'
  | 'wall clock'
  | 'folder sizes'
  | 'file watch';

export type Control = { does: string; run(cage: Arena, weak: Arena): Promise<void> } | { none: string };

export type AttackCase = {
  id: `SBX-${number}`;
  name: string;
  tries: string;
  /** Those of the cage; where what comes out is judged by the host, none. */
  walls: readonly WallName[];
  attack(arena: Arena): Promise<void>;
  control: Control;
};

export const REFUSED = /^refused (ENOENT|EACCES|EPERM|EROFS|EXDEV)$/;

/** Every named attempt was made and was refused in one of the ways a wall refuses. */
export function expectRefused(answers: Record<string, string>, names: readonly string[], how = REFUSED): void {
  expect(
    names.filter((name) => !(name in answers)),
    `never reached of ${JSON.stringify(answers)}`,
  ).toEqual([]);
  expect(names.filter((name) => !how.test(answers[name])).map((name) => `${name}: ${answers[name]}`)).toEqual([]);
}
