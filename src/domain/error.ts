import { errorCodes, type ErrorCode } from './error-codes.ts';

/** Whose error it is. It decides the exit code and whether a stack is shown. */
export type ErrorKind = 'usage' | 'data' | 'environment' | 'budget' | 'internal';

/** Where in the input the error is; rows count from 1, the header line not counted. */
export type ErrorPlace = { file?: string; row?: number; column?: string };

export class ModelwrightError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly place: ErrorPlace;

  constructor(facts: { code: ErrorCode; message: string; hint: string; place?: ErrorPlace; cause?: unknown }) {
    super(facts.message, { cause: facts.cause });
    this.name = 'ModelwrightError';
    this.code = facts.code;
    this.hint = facts.hint;
    this.place = facts.place ?? {};
  }

  get kind(): ErrorKind {
    return errorCodes[this.code].kind;
  }

  get slug(): string {
    return errorCodes[this.code].name;
  }

  /** The same facts as plain data, for `--json`. */
  toJSON() {
    return { code: this.code, name: this.slug, kind: this.kind, message: this.message, hint: this.hint, place: this.place };
  }
}

/** Ends a `switch` over a union: a new case finds its own work at compile time. */
export function unreachable(never: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(never)}`);
}
