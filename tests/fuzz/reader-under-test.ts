import { z } from 'zod';
import { ModelwrightError } from '../../src/domain/error.ts';
import type { Random } from '../../src/domain/random.ts';

/** One place where bytes from outside enter, ready to be given thousands of inputs. */
export type OpenedReader = {
  /** Real inputs; every one of them is read without a refusal. */
  seeds: readonly Uint8Array[];
  /** What is wrong with an input is decided by chance alone: the same numbers, the same input. */
  mutate(random: Random, seeds: readonly Uint8Array[]): Uint8Array;
  /** Reads as the product does. Returns when the input was understood; throws a refusal; anything else thrown is a fault. */
  read(input: Uint8Array): unknown;
};

export type ReaderUnderTest = {
  name: string;
  /** Errors besides `ModelwrightError` that are this reader's way to refuse. */
  refusals: readonly (new (...words: never[]) => Error)[];
  /** Nothing that can reach it is wrong. */
  takesAnything?: true;
  /** `folder` is empty and its own. */
  open(folder: string): Promise<OpenedReader> | OpenedReader;
};

/** What nobody may catch and call a refusal, whatever class it is of. */
const neverARefusal = /Maximum call stack|Invalid array length|Array buffer allocation|Invalid typed array length|Invalid string length|out of memory/i;

export function isRefusal({ refusals }: ReaderUnderTest, error: unknown): boolean {
  if (error instanceof ModelwrightError) return error.kind !== 'internal' && error.message !== '' && error.hint !== '';
  return error instanceof Error && !neverARefusal.test(error.message) && refusals.some((refusal) => error instanceof refusal);
}

/** zod's `parse` throws a class that does not extend `Error` by its types. */
export const SchemaRefusal: new (...words: never[]) => Error = z.ZodError;

export const jsonBytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
