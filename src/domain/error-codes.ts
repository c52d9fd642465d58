import type { ErrorKind } from './error.ts';

type ErrorPage = { name: string; kind: ErrorKind; title: string; meaning: string; remedy: string };

/**
 * Every error a user can meet. `docs/errors.md` and `modelwright explain` are made from this table.
 * 10xx wrong usage · 11xx the data · 12xx task and plan · 13xx training · 14xx packages and answers · 20xx budget · 30xx the machine · 90xx ours.
 */
export const errorCodes = {
  MW1001: {
    name: 'usage.unknown-option',
    kind: 'usage',
    title: 'The command line cannot be read',
    meaning: 'A command, an option or its value is not one that Modelwright knows.',
    remedy: 'See `modelwright --help`, or `modelwright COMMAND --help`.',
  },
  MW9001: {
    name: 'internal.bug',
    kind: 'internal',
    title: 'A fault of ours',
    meaning: 'Something happened that Modelwright did not expect. It is a bug in Modelwright, not in your data.',
    remedy: 'Report it with the message and, if you may share it, a small table that shows it. The run can be resumed.',
  },
} as const satisfies Record<`MW${number}`, ErrorPage>;

export type ErrorCode = keyof typeof errorCodes;
