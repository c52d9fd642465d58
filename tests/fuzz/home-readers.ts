/** What lies on disk between two commands: events, the database, keys, evidence, kept fits, the environment's own note. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { canonicalJson } from '../../src/domain/canonical-json.ts';
import { parseRunEvent, type FileRef, type RunEvent } from '../../src/domain/event.ts';
import { stateOf } from '../../src/domain/run.ts';
import { openStore, readEvidence } from '../../src/edges/store/index.ts';
import { fixtureLinear, fixtureNetwork, fixtureTrees } from '../../src/edges/sandbox/wire-fixtures.ts';
import { keepFit, readFit } from '../../src/engine/kept-fit.ts';
import { keepProfile, readProfile } from '../../src/engine/kept-profile.ts';
import { readPython } from '../../scripts/environment.mjs';
import { smallProfile, testSigner } from '../fixtures/small-package.ts';
import { mutatedBundle, mutatedBytes } from './mutate-binary.ts';
import { mutatedJson } from './mutate-json.ts';
import { jsonBytes, SchemaRefusal, textOf, type ReaderUnderTest } from './reader-under-test.ts';

const fixture = (path: string) => new URL(`../fixtures/${path}`, import.meta.url);
const eventLines = readFileSync(fixture('run-log-v1.jsonl'), 'utf8').trim().split('\n');
const oneOfEachKind = [...new Map(eventLines.map((line) => [z.looseObject({ kind: z.string() }).parse(JSON.parse(line)).kind, line])).values()];
const RUN = 'r_fuzz';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const evidence = {
  format: 1,
  build: { version: '0.1.0', commit: 'a'.repeat(40), sources: 'b'.repeat(64) },
  machine: { platform: 'linux', architecture: 'x64', node: 'v24.1.0', isRoot: false },
  finishedAt: '2026-01-02T03:04:05.000Z',
  tests: [{ file: 'tests/attacks/network.test.ts', title: 'opens no socket', result: 'passed', at: '2026-01-02T03:04:05.000Z' }],
};
const signer = testSigner();
const signed = (statement: Uint8Array) =>
  Buffer.concat([
    statement,
    Buffer.from(`\n${JSON.stringify({ publicKey: signer.publicKey, signature: Buffer.from(signer.sign(statement)).toString('base64') })}\n`),
  ]);

/** What the reader of the environment's note answers where there is nothing to be found. */
class NotSetUp extends Error {}

export const homeReaders: ReaderUnderTest[] = [
  {
    name: 'event',
    // An event log asks its parser to throw, whatever.
    refusals: [SchemaRefusal, SyntaxError],
    open: () => ({
      seeds: oneOfEachKind.map((line) => Buffer.from(line)),
      mutate: mutatedJson,
      read: (input) => void stateOf([parseRunEvent(JSON.parse(textOf(input)))]),
    }),
  },
  {
    name: 'event-order',
    takesAnything: true,
    refusals: [],
    open: () => ({
      seeds: [Buffer.from(eventLines.join('\n'))],
      // Events that are each in order, in an order that no run has: left out, told twice, in other places, with slips.
      mutate(random, [seed]) {
        const lines = textOf(seed).split('\n');
        for (let slips = 1 + random.below(20); slips > 0; slips--) {
          const at = random.below(lines.length);
          const kind = random.below(4);
          if (kind === 0) lines.splice(at, 1 + random.below(5));
          else if (kind === 1) lines.splice(random.below(lines.length), 0, lines[at]);
          else if (kind === 2) lines.push(...lines.splice(at, 1));
          else
            lines[at] = mutatedJson(random, [Buffer.from(eventLines[random.below(eventLines.length)])])
              .toString('utf8')
              .replaceAll('\n', ' ');
          if (lines.length === 0) lines.push(eventLines[random.below(eventLines.length)]);
        }
        return Buffer.from(lines.join('\n'));
      },
      read(input) {
        const events = textOf(input)
          .split('\n')
          .flatMap((line): RunEvent[] => {
            try {
              return [parseRunEvent(JSON.parse(line))];
            } catch {
              return []; // what is no event is the business of the reader above
            }
          });
        stateOf(events);
      },
    }),
  },
  {
    name: 'run-log',
    refusals: [],
    async open(folder) {
      const home = join(folder, 'home');
      const store = await openStore(home, parseRunEvent);
      const database = new DatabaseSync(join(home, 'home.sqlite'));
      // Bytes that are no text are kept as they are, as a damaged page would give them.
      const insert = database.prepare('INSERT OR REPLACE INTO events (id, run_id, number, body) VALUES (1, ?, 1, CAST(? AS TEXT))');
      return {
        seeds: oneOfEachKind.map((line) => Buffer.from(line)),
        mutate: mutatedJson,
        async read(input) {
          insert.run(RUN, input);
          const [summary] = await store.log.listRuns();
          const events = await store.log.read(RUN);
          if (summary.eventCount !== events.length) throw new Error('a run is listed with another number of events than it has');
        },
      };
    },
  },
  {
    name: 'database',
    refusals: [],
    open(folder) {
      const kept = readFileSync(fixture('kept/home-v1/home.sqlite'));
      return {
        seeds: [kept],
        mutate: (random, seeds) => (random.next() < 0.5 ? mutatedBytes(random, seeds) : overwrittenPages(random, kept)),
        async read(input) {
          const home = join(folder, 'home');
          rmSync(home, { recursive: true, force: true });
          mkdirSync(home, { mode: 0o700 });
          copyFileSync(fixture('kept/home-v1/home.json'), join(home, 'home.json'));
          writeFileSync(join(home, 'home.sqlite'), input);
          const store = await openStore(home, parseRunEvent);
          try {
            for (const { runId } of await store.log.listRuns()) await store.log.read(runId);
            await store.models.listModels();
            await store.models.findModel('churn');
            await store.leases.findHolder('r1');
          } finally {
            store.close();
          }
        },
      };
    },
  },
  {
    name: 'profile',
    refusals: [],
    async open(folder) {
      const { files } = await openStore(join(folder, 'home'), parseRunEvent);
      const ref = await keepProfile(files, RUN, smallProfile);
      return {
        seeds: [await files.get(RUN, ref)],
        mutate: mutatedJson,
        async read(input) {
          await readProfile(files, RUN, await files.put(RUN, input));
        },
      };
    },
  },
  {
    name: 'kept-fit',
    refusals: [],
    async open(folder) {
      const store = await openStore(join(folder, 'home'), parseRunEvent);
      const refs: FileRef[] = [];
      for (const fit of [fixtureTrees, fixtureLinear, fixtureNetwork]) refs.push(await keepFit(store.files, RUN, fit));
      return {
        seeds: await Promise.all(refs.map((ref) => store.files.get(RUN, ref))),
        mutate: mutatedBundle,
        async read(input) {
          const [old] = refs;
          // Under its old name it is changed; under its own it is what another version could have kept.
          const path = join(folder, 'home', 'runs', RUN, old.sha256);
          writeFileSync(path, input);
          const isSame = sha256(input) === old.sha256;
          const found = await readFit(store.files, RUN, old).catch((error: unknown) => error);
          if (!isSame && !(found instanceof Error)) throw new Error('a changed file was taken for the one that was kept');
          await readFit(store.files, RUN, await store.files.put(RUN, input));
        },
      };
    },
  },
  {
    name: 'home-note',
    refusals: [],
    async open(folder) {
      const home = join(folder, 'home');
      await openStore(home, parseRunEvent).then((store) => store.close());
      const note = join(home, 'home.json');
      return {
        seeds: [readFileSync(note)],
        mutate: mutatedJson,
        async read(input) {
          writeFileSync(note, input);
          (await openStore(home, parseRunEvent)).close();
        },
      };
    },
  },
  {
    name: 'trusted-key',
    refusals: [],
    async open(folder) {
      const { keys } = await openStore(join(folder, 'home'), parseRunEvent);
      const pem = readFileSync(fixture('kept/package-v1/public-key.pem'));
      const file = join(folder, 'key.pem');
      return {
        seeds: [pem, Buffer.from(signer.publicKey)],
        mutate: mutatedBytes,
        async read(input) {
          writeFileSync(file, input);
          const trusted = [await keys.trustKey(file), await keys.trustKey(textOf(input)).catch(() => undefined)];
          for (const key of trusted) if (key && !(await keys.isTrusted(key.publicKey))) throw new Error('a key was taken and is not trusted');
        },
      };
    },
  },
  {
    name: 'signing-key',
    refusals: [],
    async open(folder) {
      const home = join(folder, 'home');
      await openStore(home, parseRunEvent).then((store) => store.close());
      const file = join(home, 'keys', 'signing-key.pem');
      return {
        seeds: [readFileSync(file)],
        mutate: mutatedBytes,
        async read(input) {
          writeFileSync(file, input);
          (await openStore(home, parseRunEvent)).close();
        },
      };
    },
  },
  {
    name: 'evidence',
    refusals: [],
    open(folder) {
      const file = join(folder, 'evidence.jsonl');
      const statement = Buffer.from(canonicalJson(evidence));
      return {
        seeds: [signed(statement)],
        mutate(random, seeds) {
          if (random.next() < 0.4) return mutatedBytes(random, seeds);
          return signed(Buffer.from(mutatedJson(random, [statement]).toString('latin1').replaceAll('\n', ' '), 'latin1'));
        },
        async read(input) {
          writeFileSync(file, input);
          await readEvidence(file);
        },
      };
    },
  },
  {
    name: 'ready-file',
    refusals: [NotSetUp],
    open(folder) {
      mkdirSync(join(folder, 'lib'));
      writeFileSync(join(folder, 'lib', 'os.py'), '');
      const ready = {
        format: 1,
        pythonVersion: '3.11.2',
        basePrefix: '/usr',
        stdlib: join(folder, 'lib'),
        sitePackages: 'lib/python3.11/site-packages',
        versions: { numpy: '2.4.6' },
      };
      return {
        seeds: [jsonBytes(ready)],
        mutate: mutatedJson,
        read(input) {
          writeFileSync(join(folder, 'ready.json'), input);
          const found = readPython(folder);
          if (found === undefined) throw new NotSetUp();
          const { versions, ...texts } = found;
          for (const text of [...Object.values(texts), ...Object.values(versions)]) {
            if (typeof text !== 'string') throw new Error('the environment is said to be where no path leads');
          }
        },
      };
    },
  },
];

/** Whole stretches of a database gone: zeros, or another part of it. */
function overwrittenPages(random: Parameters<typeof mutatedBytes>[0], kept: Buffer): Buffer {
  const bytes = Buffer.from(kept);
  for (let slips = 1 + random.below(4); slips > 0; slips--) {
    const [from, to] = [random.below(bytes.length), random.below(bytes.length)];
    const length = random.below(5000);
    if (random.next() < 0.4) bytes.fill(0, to, Math.min(bytes.length, to + length));
    else bytes.copy(bytes, to, from, Math.min(bytes.length, from + length));
  }
  return bytes;
}
