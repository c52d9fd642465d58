/**
 * A process that gives one reader its inputs, so that a hang, a crash of native code and memory are seen from outside.
 *
 *     node --expose-gc fuzz-child.ts READER FOLDER KEPT_FOLDER SEED FIRST COUNT
 *
 * The input being read always lies in FOLDER/input, and its number in FOLDER/at: what is left there is what a process died of. The faults
 * and the counts come as one line of JSON a fault and a last one for the whole.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModelwrightError } from '../../src/domain/error.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { isRefusal, type ReaderUnderTest } from './reader-under-test.ts';
import { plantedReaders } from './planted-readers.ts';
import { readers } from './readers.ts';

/** Processor time of one input; the wall clock belongs to whoever else uses the machine. */
const MOST_MS = 2000;
/** No input is larger than some hundred kilobytes, so none has a reason to take this. */
const MOST_BYTES_OF_ONE = 256 << 20;
/** A refusal is read by a person. */
const MOST_WORDS = 20_000;

const [name, folder, keptFolder, seed, first, count] = process.argv.slice(2);
const reader = getReader(name);
const own = join(folder, 'own');
mkdirSync(own, { recursive: true });
const opened = await reader.open(own);
const say = (line: Record<string, unknown>) => writeFileSync(1, `${JSON.stringify(line)}\n`);
const tally = { understood: 0, refused: 0 };
const peakBytes = () => process.resourceUsage().maxRSS * 1024;

async function give(at: string, input: Uint8Array): Promise<void> {
  writeFileSync(join(folder, 'input'), input);
  writeFileSync(join(folder, 'at'), at);
  const peakBefore = peakBytes();
  const before = process.cpuUsage();
  let fault: string | undefined;
  try {
    await opened.read(input);
    tally.understood++;
  } catch (error) {
    tally.refused++;
    const words = error instanceof ModelwrightError ? error.message.length + error.hint.length : 0;
    if (!isRefusal(reader, error)) fault = error instanceof Error ? (error.stack ?? String(error)) : String(error);
    else if (words > MOST_WORDS) fault = `refused in ${words} characters`;
  }
  const { user, system } = process.cpuUsage(before);
  const spentMs = (user + system) / 1000;
  if (spentMs > MOST_MS) fault ??= `took ${Math.round(spentMs)} ms of processor time`;
  const grownBytes = peakBytes() - peakBefore;
  if (grownBytes > MOST_BYTES_OF_ONE) fault ??= `took ${Math.round(grownBytes / 2 ** 20)} MiB`;
  if (fault !== undefined) say({ kind: 'fault', at, fault, input: Buffer.from(input).toString('base64') });
}

function getReader(wanted: string): ReaderUnderTest {
  const found = [...readers, ...plantedReaders].find((one) => one.name === wanted);
  if (!found) throw new Error(`no reader is called ${wanted}`);
  return found;
}

// What every input is made from has to be good, or nothing behind the first check is ever reached.
for (const [at, good] of opened.seeds.entries()) {
  try {
    await opened.read(good);
  } catch (error) {
    say({ kind: 'fault', at: `good-${at}`, fault: `a good input is refused: ${String(error)}`, input: Buffer.from(good).toString('base64') });
  }
}
globalThis.gc?.();
const heldBytes = () => process.memoryUsage().heapUsed + process.memoryUsage().external;
const heldBefore = heldBytes();
const kept = existsSync(keptFolder) ? readdirSync(keptFolder).toSorted() : [];
if (first === '0') for (const file of kept) await give(`kept-${file}`, readFileSync(join(keptFolder, file)));
for (let at = Number(first); at < Number(count); at++) {
  // Each input has a seed of its own, so that one can be had without those before it.
  await give(String(at), opened.mutate(seededRandom(Number(seed) * 1_000_003 + at), opened.seeds));
}
globalThis.gc?.();
say({ kind: 'end', ...tally, heldBytes: heldBytes() - heldBefore, peakBytes: peakBytes() });
process.exit(0);
