/** Seccomp programs of tests: a wall taken away, or a kernel that lacks something. Numbers are those of this machine. */
import { ALLOW, failWith, type Architecture } from '../../src/edges/sandbox/seccomp.ts';
import { syscallNumbers } from '../../src/edges/sandbox/syscall-numbers.ts';

type Instruction = [code: number, jumpTrue: number, jumpFalse: number, value: number];

const EQUAL = 0x15;
const ANY_BIT = 0x45;
const LOAD_NUMBER: Instruction = [0x20, 0, 0, 0];
const LOAD_FIRST_ARGUMENT: Instruction = [0x20, 0, 0, 16];
const answer = (value: number): Instruction => [0x06, 0, 0, value];
const isCall = (number: number): Instruction => [EQUAL, 0, 1, number];

function assemble(instructions: Instruction[]): Uint8Array {
  const bytes = new Uint8Array(instructions.length * 8);
  const view = new DataView(bytes.buffer);
  instructions.forEach(([code, jumpTrue, jumpFalse, value], index) => {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, jumpTrue);
    view.setUint8(index * 8 + 3, jumpFalse);
    view.setUint32(index * 8 + 4, value, true);
  });
  return bytes;
}

/** The program with some calls let through before it looks, or all. */
export function passing(program: Uint8Array, calls: number[] | 'all'): Uint8Array {
  if (calls === 'all') return assemble([answer(ALLOW)]);
  return Uint8Array.from([...assemble([LOAD_NUMBER, ...calls.flatMap((call) => [isCall(call), answer(ALLOW)])]), ...program]);
}

/** A call that fails as on a machine without it: always, or where its first argument has one of `flags`. */
export type Refusal = { call: string; errorNumber: number; flags?: number };

/** Lets everything pass but some calls of this machine. */
export const refusing = (refusals: Refusal[]): Uint8Array => assemble([...refusals.flatMap(refusalOf), answer(ALLOW)]);

function refusalOf({ call, errorNumber, flags }: Refusal): Instruction[] {
  const isCalled: Instruction = [EQUAL, 0, flags === undefined ? 1 : 3, numberOf(call)];
  if (flags === undefined) return [LOAD_NUMBER, isCalled, answer(failWith(errorNumber))];
  return [LOAD_NUMBER, isCalled, LOAD_FIRST_ARGUMENT, [ANY_BIT, 0, 1, flags], answer(failWith(errorNumber))];
}

/** The number of a call on this machine. */
export function numberOf(call: string): number {
  const number = syscallNumbers[process.arch === 'arm64' ? 'aarch64' : 'x86_64'][call];
  if (number === undefined) throw new Error(`this machine has no call ${call}`);
  return number;
}

const auditNumber: Record<Architecture | 'i386', number> = { x86_64: 0xc000003e, aarch64: 0xc00000b7, i386: 0x40000003 };

/** What the kernel would answer to a call: an interpreter of the same bytes, for any machine. */
export function evaluateFilter(program: Uint8Array, architecture: Architecture | 'i386', number: number, words: readonly number[] = []): number {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, number, true);
  data.setUint32(4, auditNumber[architecture], true);
  words.forEach((value, index) => data.setBigUint64(16 + 8 * index, BigInt(value), true));
  const code = new DataView(program.buffer, program.byteOffset, program.byteLength);
  let accumulator = 0;
  for (let at = 0; at * 8 < program.length; at += 1) {
    const operation = code.getUint16(at * 8, true);
    const [jumpTrue, jumpFalse, value] = [code.getUint8(at * 8 + 2), code.getUint8(at * 8 + 3), code.getUint32(at * 8 + 4, true)];
    if (operation === 0x20) accumulator = data.getUint32(value, true);
    else if (operation === 0x15) at += accumulator === value ? jumpTrue : jumpFalse;
    else if (operation === 0x35) at += accumulator >= value ? jumpTrue : jumpFalse;
    else if (operation === 0x45) at += (accumulator & value) !== 0 ? jumpTrue : jumpFalse;
    else if (operation === 0x06) return value;
    else throw new Error(`unknown operation ${operation}`);
  }
  throw new Error('fell off the end of the program');
}
