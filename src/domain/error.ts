import { errorCodes, type ErrorCode } from './error-codes.ts';

/** Whose error it is. It decides the exit code and whether a stack is shown. */
export type ErrorKind = 'usage' | 'data' | 'environment' | 'budget' | 'internal';

/** Where in the input the error is; rows count from 1, the header line not counted. */
export type ErrorPlace = { file?: string; row?: number; column?: string };

/** A way out of an error that only the user can choose: `option` is what to add to the command. */
export type ErrorChoice = { label: string; detail: string; option: string };

/** Messages quote names and words from outside, which may be of any length; a person reads the first page. */
const MAX_LENGTH = 4000;
const shortened = (text: string): string => (text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text);

export class ModelwrightError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly place: ErrorPlace;
  readonly choices: ErrorChoice[];

  constructor(facts: { code: ErrorCode; message: string; hint: string; place?: ErrorPlace; choices?: ErrorChoice[]; cause?: unknown }) {
    super(shortened(facts.message), { cause: facts.cause });
    this.name = 'ModelwrightError';
    this.code = facts.code;
    this.hint = shortened(facts.hint);
    this.place = facts.place ?? {};
    this.choices = facts.choices ?? [];
  }

  get kind(): ErrorKind {
    return errorCodes[this.code].kind;
  }

  get slug(): string {
    return errorCodes[this.code].name;
  }

  /** The same facts as plain data, for `--json`. */
  toJSON() {
    const { code, slug: name, kind, message, hint, place, choices } = this;
    return { code, name, kind, message, hint, place, ...(choices.length > 0 && { choices }) };
  }
}

/** Ends a `switch` over a union: a new case finds its own work at compile time. */
export function unreachable(never: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(never)}`);
}
