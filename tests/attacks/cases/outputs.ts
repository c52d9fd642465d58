/** What a program leaves for the host to take: SBX-09 to SBX-30. */
import { spawn } from 'node:child_process';
import { linkSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { checkGraph } from '../../../src/edges/onnx/check-graph.ts';
import { collectOutput, type OutputManifest } from '../../../src/edges/sandbox/collect-output.ts';
import type { ProgramOutcome } from '../../../src/edges/sandbox/sandbox.ts';
import { writeGraph } from '../../../src/stages/packaging/index.ts';
import { smallSpec } from '../../fixtures/small-package.ts';
import { parseSource } from '../../support/read-sources.ts';
import { honestModel } from '../programs.ts';
import type { Arena } from './arena.ts';
import { expectRefused, type AttackCase } from './case.ts';

const manifest: OutputManifest = new Map([['result', { maxBytes: 1 << 20, isNeeded: true }]]);

/** A folder of the host as a program might have left it. */
async function withFolder(body: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'output-'));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An honest model that, once it has answered, does something more in its output folder. */
const andThen = (body: string) => `
os = __import__("os")
threading = __import__("threading")
${honestModel}
class Late(dict):
    """Looked at after the predictions were written."""
    def __bool__(self):
        self.act()
        return False
    def act(self):
        def write(path, data=b"x"):
            with open(path, "wb") as file:
                file.write(data)
        os.chdir("/output")
${body.replaceAll(/^/gm, '        ')}
Model.claims = Late()
`;

const unreadable = (outcome: ProgramOutcome, problem: RegExp) => expect(outcome).toMatchObject({ kind: 'unreadable', problem: expect.stringMatching(problem) });
const isTaken: AttackCase['control'] = {
  does: 'an honest program’s plain files are taken',
  run: async ({ run }) => expect(await run(honestModel)).toMatchObject({ kind: 'finished', result: { files: [{ name: 'predictions.mwb' }] } }),
};
const leaves = async ({ run }: Arena, body: string, problem: RegExp) => unreadable(await run(andThen(body)), problem);

/** Just enough protobuf to write what a stranger might. */
const utf8 = (text: string) => [...new TextEncoder().encode(text)];
const size = (length: number): number[] => (length < 128 ? [length] : [(length % 128) | 128, ...size(Math.floor(length / 128))]);
const part = (field: number, body: number[]) => [field * 8 + 2, ...size(body.length), ...body];
const onnxModel = (...graphParts: number[][]) => Uint8Array.from([8, 9, ...part(7, graphParts.flat())]);

/** A graph as a program hands it over, judged as every graph is before ONNX Runtime sees it. */
async function judgeGraph({ run }: Arena, graph: Uint8Array): Promise<void> {
  const outcome = await run(andThen(`write("model.onnx", bytes.fromhex("${Buffer.from(graph).toString('hex')}"))`));
  if (outcome.kind !== 'finished' || outcome.result.graph === null) throw new Error(`no graph was handed over: ${JSON.stringify(outcome).slice(0, 300)}`);
  checkGraph(outcome.result.graph);
}
const graphIsJudged: AttackCase['control'] = { does: 'a graph of allowed operators passes', run: async (cage) => judgeGraph(cage, writeGraph(smallSpec)) };

export const outputCases: AttackCase[] = [
  {
    id: 'SBX-09',
    name: 'symlink-out',
    tries: 'leaves a link to a file of the machine, for the host to follow',
    walls: ['landlock'],
    async attack(arena) {
      const { canary } = arena;
      const found = await arena.answers(`attempt("link", lambda: os.symlink(${JSON.stringify(canary.path)}, "/output/predictions.mwb"))`);
      expectRefused(found, ['link']);
      await withFolder((folder) => {
        symlinkSync(canary.path, join(folder, 'result'));
        expect(() => collectOutput(folder, manifest)).toThrow('"result" is a link');
      });
      await withFolder((folder) => {
        symlinkSync(canary.home, join(folder, 'output'));
        expect(() => collectOutput(join(folder, 'output'), new Map([['canary', { maxBytes: 100, isNeeded: false }]]))).toThrow(RangeError);
      });
    },
    control: {
      does: 'whoever followed the link would read the canary; a plain file of the same name is taken',
      run: ({ canary }) =>
        withFolder((folder) => {
          symlinkSync(canary.path, join(folder, 'result'));
          expect(readFileSync(join(folder, 'result'), 'utf8')).toBe(canary.text);
          rmSync(join(folder, 'result'));
          writeFileSync(join(folder, 'result'), 'plain');
          expect(Buffer.from(collectOutput(folder, manifest).get('result')?.bytes ?? []).toString()).toBe('plain');
        }),
    },
  },
  {
    id: 'SBX-10',
    name: 'symlink-race',
    tries: 'swaps a file for a link while the host takes it',
    walls: [],
    attack: ({ canary }) =>
      withFolder(async (folder) => {
        const swapper = swapLoop(folder, canary.path);
        try {
          const seen = new Set<string>();
          await once(swapper, 'message'); // it swaps
          for (let at = 0; at < 3_000; at += 1) seen.add(takenOr(folder));
          expect(seen).toContain('plain');
          expect([...seen].filter((text) => text.includes(canary.text))).toEqual([]);
          expect(seen.size).toBeGreaterThan(1); // links were met
        } finally {
          await swapper.terminate();
        }
      }),
    control: {
      does: 'a file that stays is taken each time, and a reader that follows is deceived',
      run: ({ canary }) =>
        withFolder(async (folder) => {
          writeFileSync(join(folder, 'result'), 'plain');
          for (let at = 0; at < 50; at += 1) expect(takenOr(folder)).toBe('plain');
          const swapper = swapLoop(folder, canary.path);
          await once(swapper, 'message');
          const followed = new Set<string>();
          for (let at = 0; at < 20_000 && !followed.has(canary.text); at += 1) followed.add(followedOr(folder));
          await swapper.terminate();
          expect(followed).toContain(canary.text);
        }),
    },
  },
  {
    id: 'SBX-11',
    name: 'hardlink-out',
    tries: 'gives a library, or one of its own files, a second name in its output',
    walls: ['landlock'],
    async attack(arena) {
      const found = await arena.answers(`
attempt("library", lambda: os.link("/cage/app/wire.py", "/output/predictions.mwb"))
attempt("across", lambda: write("own") and os.link("own", "/output/predictions.mwb"))`);
      expectRefused(found, ['library', 'across']);
      await leaves(arena, 'os.link("predictions.mwb", "claims.json")', /has 2 names/);
      await withFolder((folder) => {
        writeFileSync(join(folder, '..', `${process.pid}-other`), 'foreign');
        linkSync(join(folder, '..', `${process.pid}-other`), join(folder, 'result'));
        rmSync(join(folder, '..', `${process.pid}-other`));
        linkSync(join(folder, 'result'), join(folder, 'again'));
        expect(() => collectOutput(folder, new Map([...manifest, ['again', { maxBytes: 100, isNeeded: false }]]))).toThrow('has 2 names');
      });
    },
    control: isTaken,
  },
  {
    id: 'SBX-12',
    name: 'special-files',
    tries: 'leaves a pipe, a socket or a device',
    walls: ['landlock', 'job filter'],
    async attack({ answers }) {
      const found = await answers(`
socket = __import__("socket")
attempt("pipe", lambda: os.mkfifo("/output/claims.json"))
attempt("device", lambda: os.mknod("/output/claims.json", 0o20666, os.makedev(1, 3)))
attempt("socket", lambda: socket.socket(socket.AF_UNIX).bind("/output/claims.json"))`);
      expectRefused(found, ['pipe', 'device', 'socket'], /^refused (EACCES|EPERM|EAFNOSUPPORT)$/);
      await withFolder(async (folder) => {
        const listener = createServer().listen(join(folder, 'result'));
        await once(listener, 'listening');
        expect(() => collectOutput(folder, manifest)).toThrow(RangeError);
        listener.close();
      });
    },
    control: isTaken,
  },
  {
    id: 'SBX-13',
    name: 'fifo-hang',
    tries: 'names a pipe as its result, so that the reader waits for ever',
    walls: [],
    attack: () =>
      withFolder(async (folder) => {
        await makePipe(join(folder, 'result'));
        expect(() => collectOutput(folder, manifest)).toThrow('"result" is no plain file');
      }),
    control: isTaken,
  },
  {
    id: 'SBX-14',
    name: 'device-node',
    tries: 'makes a block or character device',
    walls: ['landlock', 'job filter'],
    async attack({ answers }) {
      const found = await answers(`
attempt("character", lambda: os.mknod("null", 0o20666, os.makedev(1, 3)))
attempt("block", lambda: os.mknod("disk", 0o60666, os.makedev(7, 0)))
attempt("flags", lambda: bool(os.statvfs(".").f_flag & os.ST_NODEV))`);
      expectRefused(found, ['character', 'block']);
      expect(found['flags']).toBe('done True');
    },
    control: {
      does: 'a regular file can be made',
      run: async (cage) => expect((await cage.answers('attempt("file", lambda: write("file"))'))['file']).toBe('done file'),
    },
  },
  {
    id: 'SBX-15',
    name: 'setuid-bit',
    tries: 'sets the set-uid bit on what it hands over',
    walls: [],
    async attack({ answers, run }) {
      const flags = await answers('for place in (".", "/output"):\n    attempt(place, lambda: bool(os.statvfs(place).f_flag & os.ST_NOSUID))');
      expect(flags).toEqual({ '.': 'done True', '/output': 'done True' });
      const outcome = await run(andThen('os.chmod("predictions.mwb", 0o6777)'));
      // Bytes are taken; there is nothing that could carry a mode.
      expect(outcome.kind === 'finished' && Object.keys(outcome.result.files[0]).toSorted()).toEqual(['name', 'sha256', 'sizeBytes']);
    },
    control: isTaken,
  },
  {
    id: 'SBX-16',
    name: 'chown-trick',
    tries: 'has the host change the owner or mode of what a link points to',
    walls: [],
    async attack({ canary }) {
      const source = readFileSync(new URL('../../../src/edges/sandbox/collect-output.ts', import.meta.url), 'utf8');
      const names = parseSource('collect-output.ts', source).imports.flatMap(({ specifier, names: imported }) => (specifier === 'node:fs' ? imported : []));
      expect(names.filter((name) => /chown|chmod|utimes|rename|link|write|rm|mkdir|copy/i.test(name))).toEqual([]);
      expect(names.length).toBeGreaterThan(3);
      const before = statSync(canary.path);
      await withFolder((folder) => {
        symlinkSync(canary.path, join(folder, 'result'));
        expect(() => collectOutput(folder, manifest)).toThrow(RangeError);
      });
      const after = statSync(canary.path);
      expect([after.uid, after.gid, after.mode, after.ctimeMs]).toEqual([before.uid, before.gid, before.mode, before.ctimeMs]);
    },
    control: { none: 'a look at what the collector may call at all, and at the canary’s owner' },
  },
  {
    id: 'SBX-17',
    name: 'xattr-acl',
    tries: 'attaches attributes or capabilities to a file',
    walls: ['job filter'],
    async attack({ answers }) {
      const found = await answers(`
write("file")
attempt("attribute", lambda: os.setxattr("file", "user.note", b"x"))
attempt("capability", lambda: os.setxattr("file", "security.capability", b"x"))
attempt("list", lambda: os.listxattr("file"))`);
      expectRefused(found, ['attribute', 'capability', 'list']);
    },
    control: isTaken,
  },
  {
    id: 'SBX-18',
    name: 'case-unicode-name',
    tries: 'names files with line breaks, look-alikes, marks that turn text, 255 bytes',
    walls: [],
    async attack(arena) {
      const names = ['a\\nb', 'Predictions.mwb', 'predictions\\u2044mwb', '\\u202emwb.snoitciderp', 'n'.repeat(255), '..\\u2215x', 'predictions.mwb '];
      for (const name of names) await leaves(arena, `write("${name}")`, /is not a file that a program may leave/);
      await leaves(arena, 'write(b"\\xff\\xfe")', /is not a file that a program may leave/);
    },
    control: isTaken,
  },
  {
    id: 'SBX-19',
    name: 'deep-tree',
    tries: 'nests folders a thousand deep',
    walls: [],
    attack: (arena) =>
      leaves(
        arena,
        `
for _ in range(1000):
    os.mkdir("d")
    os.chdir("d")`,
        /"d" is not a file that a program may leave/,
      ),
    control: isTaken,
  },
  {
    id: 'SBX-20',
    name: 'many-inodes',
    tries: 'makes files without end',
    walls: ['file watch'],
    async attack({ run }) {
      const source = `
time = __import__("time")
for number in range(6000):
    open(f"f{number}", "wb").close()
time.sleep(4)
${honestModel}`;
      expect(await run(source)).toMatchObject({ kind: 'stopped', limit: 'output' });
    },
    control: {
      does: 'a hundred files are fine, and too many names in the output folder are refused',
      run: async (cage) => {
        expect(await cage.run(`for number in range(100):\n    open(f"f{number}", "wb").close()\n${honestModel}`)).toMatchObject({ kind: 'finished' });
        await leaves(cage, 'for number in range(100):\n    write(f"f{number}")', /more than 64 names/);
      },
    },
  },
  {
    id: 'SBX-21',
    name: 'disk-fill',
    tries: 'writes until the disk is full',
    walls: ['folder sizes'],
    async attack({ answers }) {
      // 12 files of 8 MiB: bounded where nothing holds it.
      const found = await answers(`
piece = b"x" * (8 << 20)
attempt("work", lambda: [write(f"piece-{number}", piece) for number in range(12)] and "all")
attempt("output", lambda: [write(f"/output/piece-{number}", piece) for number in range(8)] and "all")`);
      expectRefused(found, ['work', 'output'], /^refused ENOSPC$/);
    },
    control: {
      does: 'a mebibyte is fine',
      run: async (cage) => expect((await cage.answers('attempt("small", lambda: write("small", b"x" * (1 << 20)))'))['small']).toBe('done small'),
    },
  },
  {
    id: 'SBX-22',
    name: 'sparse-bomb',
    tries: 'hands over a file that says to be huge and holds nothing',
    walls: ['rlimits'],
    async attack(arena) {
      const found = await arena.answers('write("hole")\nattempt("huge", lambda: os.truncate("hole", 1 << 40))');
      expectRefused(found, ['huge'], /^refused EFBIG$/);
      await leaves(arena, 'write("claims.json", b"{}")\nos.truncate("claims.json", 60000)', /says to be larger than it is/);
      await leaves(arena, 'write("claims.json", b"{}")\nos.truncate("claims.json", 8 << 20)', /holds 8388608 bytes of at most/);
      await withFolder((folder) => {
        writeFileSync(join(folder, 'result'), 'x');
        truncateSync(join(folder, 'result'), 1 << 30);
        expect(() => collectOutput(folder, manifest)).toThrow(RangeError);
      });
    },
    control: isTaken,
  },
  {
    id: 'SBX-23',
    name: 'zip-bomb',
    tries: 'hands over something small that unpacks to something huge',
    walls: [],
    async attack(arena) {
      const bomb = gzipSync(Buffer.alloc(4 << 20)).toString('hex');
      await leaves(arena, `write("predictions.mwb", bytes.fromhex("${bomb.slice(0, 600)}"))`, /not a bundle/);
    },
    control: isTaken,
  },
  {
    id: 'SBX-24',
    name: 'nested-archive',
    tries: 'hands over an archive with an archive and links inside',
    walls: [],
    async attack(arena) {
      await leaves(arena, 'write("outer.zip", b"PK\\x05\\x06" + bytes(18))', /"outer.zip" is not a file that a program may leave/);
      await leaves(arena, 'write("predictions.mwb", b"PK\\x05\\x06" + bytes(18))', /not a bundle/);
    },
    control: isTaken,
  },
  {
    id: 'SBX-25',
    name: 'json-bomb',
    tries: 'hands over figures nested deep, or too many of them',
    walls: [],
    async attack(arena) {
      await leaves(arena, 'write("claims.json", b"[" * 30000 + b"]" * 30000)', /claims.json/);
      await leaves(arena, 'write("claims.json", b"{\\"a\\":" * 9000 + b"1" + b"}" * 9000)', /claims.json/);
      await leaves(arena, 'write("claims.json", b" " * 70000)', /holds 70000 bytes of at most 65536/);
      await leaves(arena, 'write("claims.json", ("{" + ",".join(f\'"n{i}":1\' for i in range(200)) + "}").encode())', /at most 64 named finite numbers/);
    },
    control: {
      does: 'a few figures are kept as what the program claims',
      run: async ({ run }) =>
        expect(await run(andThen('write("claims.json", b"{\\"accuracy\\": 0.5}")'))).toMatchObject({ kind: 'finished', result: { claims: { accuracy: 0.5 } } }),
    },
  },
  {
    id: 'SBX-26',
    name: 'nan-metrics',
    tries: 'hands over NaN, infinity and numbers of 400 digits as scores',
    walls: [],
    async attack(arena) {
      for (const value of ['NaN', 'Infinity', '-Infinity', '1e400', '9'.repeat(400), '"1"', 'null', 'true', '[1]'])
        await leaves(arena, `write("claims.json", b'{"roc_auc": ${value}}')`, /claims.json/);
      await leaves(arena, 'write("claims.json", b\'{"__proto__": 1}\')', /claims.json/);
      const answers = honestModel.replace('np.column_stack([1 - share, share])', 'np.full((len(share), 2), np.inf)');
      unreadable(await arena.run(answers), /finite/);
    },
    control: {
      does: 'finite numbers are kept apart as claims, whatever they say',
      run: async ({ run }) =>
        expect(await run(andThen('write("claims.json", b\'{"roc_auc": 1.0}\')'))).toMatchObject({ kind: 'finished', result: { claims: { roc_auc: 1 } } }),
    },
  },
  {
    id: 'SBX-27',
    name: 'pickle-model',
    tries: 'hands over a model whose loading would run code',
    walls: [],
    attack: (arena) =>
      withFolder(async (folder) => {
        const marker = join(folder, 'ran');
        const pickled = `
pickle = __import__("pickle")
class Payload:
    def __reduce__(self):
        return (open, (${JSON.stringify(marker)}, "w"))
data = pickle.dumps(Payload())`;
        await leaves(arena, `${pickled}\nwrite("model.pkl", data)`, /"model.pkl" is not a file that a program may leave/);
        await leaves(arena, `${pickled}\nwrite("predictions.mwb", data)`, /not a bundle/);
        const outcome = await arena.run(andThen(`${pickled}\nwrite("model.onnx", data)`));
        expect(() => checkGraph((outcome.kind === 'finished' && outcome.result.graph) || new Uint8Array())).toThrow(
          expect.objectContaining({ code: 'MW1408' }),
        );
        expect(() => statSync(marker)).toThrow('ENOENT');
      }),
    control: graphIsJudged,
  },
  {
    id: 'SBX-28',
    name: 'polyglot',
    tries: 'hands over a file that is valid in two formats',
    walls: [],
    async attack({ run }) {
      const honest = await run(honestModel);
      const outcome = await run(andThen('with open("predictions.mwb", "ab") as file:\n    file.write(b"PK\\x05\\x06" + bytes(18))'));
      // Read as the declared type and as nothing else: data, the same as without the second format behind it, or not at all.
      if (outcome.kind === 'finished' && honest.kind === 'finished') expect(outcome.result.predictions).toEqual(honest.result.predictions);
      else unreadable(outcome, /./);
      unreadable(await run(andThen('data = open("predictions.mwb", "rb").read()\nwrite("predictions.mwb", b"PK\\x03\\x04" + data)')), /not a bundle/);
    },
    control: isTaken,
  },
  {
    id: 'SBX-29',
    name: 'onnx-external',
    tries: 'hands over a graph whose constants lie in a file of the machine',
    walls: [],
    async attack(arena) {
      const entry = part(13, [...part(1, utf8('location')), ...part(2, utf8(arena.canary.path))]);
      await expect(judgeGraph(arena, onnxModel(part(5, entry)))).rejects.toMatchObject({ code: 'MW1408', message: expect.stringContaining('another file') });
    },
    control: graphIsJudged,
  },
  {
    id: 'SBX-30',
    name: 'onnx-custom-op',
    tries: 'hands over a graph that asks for an operator of a library of its own',
    walls: [],
    async attack(arena) {
      const node = part(1, [...part(4, utf8('Add')), ...part(7, utf8('com.evil'))]);
      await expect(judgeGraph(arena, onnxModel(node))).rejects.toMatchObject({ code: 'MW1408', message: expect.stringContaining('com.evil') });
      await expect(judgeGraph(arena, onnxModel(part(1, part(4, utf8('Loop')))))).rejects.toMatchObject({ code: 'MW1408' });
    },
    control: graphIsJudged,
  },
];

function takenOr(folder: string): string {
  try {
    return Buffer.from(collectOutput(folder, manifest).get('result')?.bytes ?? []).toString();
  } catch (error) {
    if (error instanceof RangeError) return error.message.includes('link') ? 'a link' : 'refused';
    throw error;
  }
}

function followedOr(folder: string): string {
  try {
    return readFileSync(join(folder, 'result'), 'utf8');
  } catch {
    return '';
  }
}

/** A thread that renames a plain file and a link over the same name, as fast as it can. Ends with its owner. */
function swapLoop(folder: string, target: string): Worker {
  const code = `
    const { renameSync, symlinkSync, writeFileSync } = require('node:fs');
    const { parentPort, workerData: { folder, target } } = require('node:worker_threads');
    parentPort.postMessage('swaps');
    for (let at = 0; ; at += 1) {
      symlinkSync(target, folder + '-link');
      renameSync(folder + '-link', folder + '/result');
      writeFileSync(folder + '-plain', 'plain');
      renameSync(folder + '-plain', folder + '/result');
    }`;
  writeFileSync(join(folder, 'result'), 'plain');
  return new Worker(code, { eval: true, workerData: { folder, target } });
}

async function makePipe(path: string): Promise<void> {
  const [code] = await once(spawn('mkfifo', [path], { stdio: 'ignore' }), 'close');
  expect(code).toBe(0);
}
