/** Seccomp programs of tests: a wall taken away, or a kernel that lacks something. Numbers are those of this machine. */
import { ALLOW, failWith } from '../../src/edges/sandbox/seccomp.ts';

type Instruction = [code: number, jumpTrue: number, jumpFalse: number, value: number];

const LOAD_NUMBER: Instruction = [0x20, 0, 0, 0];
const answer = (value: number): Instruction => [0x06, 0, 0, value];
const isCall = (number: number): Instruction => [0x15, 0, 1, number];

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

/** Lets everything pass but some calls, which fail as on a machine without them. */
export const refusing = (calls: { number: number; errorNumber: number }[]): Uint8Array =>
  assemble([LOAD_NUMBER, ...calls.flatMap(({ number, errorNumber }) => [isCall(number), answer(failWith(errorNumber))]), answer(ALLOW)]);
