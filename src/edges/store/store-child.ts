/** The other process of the store's tests: told by its words what to do in a home, it reports by lines of text. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ModelwrightError } from '../../domain/error.ts';
import { openScratch, openStore, openTextOutput, writePackage } from './index.ts';

const TestEvent = z.strictObject({ kind: z.literal('counted'), count: z.int(), padding: z.string() });
const [word, folder, subject, count] = process.argv.slice(2);
const say = (line: string | number) => process.stdout.write(`${line}\n`);
const open = (home: string) => openStore(home, (value) => TestEvent.parse(value));

const codeOf = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work();
    return 'done';
  } catch (cause) {
    return cause instanceof ModelwrightError ? cause.code : String(cause);
  }
};

const namesIn = (place: string): string[] => readdirSync(place);

/** Fills the disk to the last byte. */
function fill(place: string): void {
  for (let size = 1 << 16, index = 0; size >= 1; size >>= 1) {
    try {
      for (;;) writeFileSync(join(place, `filler-${size}-${index++}`), new Uint8Array(size), { flush: true });
    } catch {
      continue;
    }
  }
}

const unfill = (place: string) =>
  namesIn(place)
    .filter((name) => name.startsWith('filler-'))
    .forEach((name) => rmSync(join(place, name)));

const acts: Record<string, () => Promise<void>> = {
  /** Appends for ever, or `count` times, saying each number once the log has confirmed it. */
  async append() {
    const store = await open(folder);
    for (let index = 1; index <= Number(count ?? Infinity); index++) {
      say(await store.log.append(subject, { kind: 'counted', count: index, padding: 'x'.repeat(index % 3000) }));
    }
    store.close();
  },
  async claim() {
    const store = await open(folder);
    for (let index = 0; index < Number(count); index++) say(await store.models.claimVersion(subject));
    store.close();
  },
  /** Takes a lease, leaves a scratch folder and half a file, and waits to be killed. */
  async hold() {
    const store = await open(folder);
    await store.leases.takeLease(subject);
    await openScratch(store.home, subject);
    const output = await openTextOutput(join(folder, 'models', 'answers.csv'));
    await output.write('half');
    say('held');
    setInterval(() => undefined, 60_000);
  },
  async fillLog() {
    const store = await open(join(folder, 'home'));
    writeFileSync(join(folder, 'filler-reserve'), new Uint8Array(300_000));
    let confirmed = 0;
    const code = await codeOf(async () => {
      for (;;) confirmed = await store.log.append('r1', { kind: 'counted', count: confirmed + 1, padding: 'x'.repeat(5000) });
    });
    const kept = (await store.log.read('r1')).length;
    fill(folder);
    store.close();
    unfill(folder);
    const later = await open(join(folder, 'home'));
    const next = await later.log.append('r1', { kind: 'counted', count: 1, padding: '' });
    later.close();
    say(JSON.stringify({ code, confirmed, kept, next }));
  },
  async fillFiles() {
    const home = join(folder, 'home');
    const store = await open(home);
    fill(folder);
    const bytes = new Uint8Array(200_000);
    const codes = {
      append: await codeOf(() => store.log.append('r1', { kind: 'counted', count: 1, padding: 'x'.repeat(5000) })),
      put: await codeOf(() => store.files.put('r1', bytes)),
      package: await codeOf(() => writePackage(new Map([['model.onnx', bytes]]), store.models.folderOf('churn', 1))),
      output: await codeOf(async () => {
        const output = await openTextOutput(join(folder, 'out.csv'));
        for (let index = 0; index < 20; index++) await output.write('y'.repeat(100_000));
        await output.finish();
      }),
      newHome: await codeOf(async () => (await open(join(folder, 'second'))).close()),
    };
    const left = [...namesIn(join(home, 'tmp')), ...namesIn(join(home, 'models')), ...namesIn(folder).filter((name) => name.includes('out.csv'))];
    unfill(folder);
    const after = [await store.log.append('r1', { kind: 'counted', count: 1, padding: '' }), (await store.files.put('r1', bytes)).sizeBytes];
    store.close();
    say(JSON.stringify({ ...codes, left, after }));
  },
};

await acts[word]();
