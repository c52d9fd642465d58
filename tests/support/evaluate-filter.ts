import type { Architecture } from '../../src/edges/sandbox/seccomp.ts';

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
