/** Files of the machine, of other projects, and what is left for the next run: SBX-01 to SBX-08. */
import { chmodSync, chownSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { openStore } from '../../../src/edges/store/index.ts';
import { honestModel } from '../programs.ts';
import { expectRefused, type AttackCase } from './case.ts';

const quoted = (text: string) => JSON.stringify(text);

export const fileCases: AttackCase[] = [
  {
    id: 'SBX-01',
    name: 'read-host-home',
    tries: "reads a file in a person's home",
    walls: ['closed root', 'landlock'],
    async attack({ answers, canary }) {
      const found = await answers(`
attempt("read", lambda: read(${quoted(canary.path)}))
attempt("list", lambda: os.listdir(${quoted(canary.home)}))
attempt("home", lambda: os.listdir("/root"))
attempt("homes", lambda: os.listdir("/home"))`);
      expectRefused(found, ['read', 'list', 'home', 'homes']);
    },
    control: {
      does: 'where the folder is shown on purpose the same program reads it',
      run: async (_, weak) => {
        expect((await weak.answers(`attempt("read", lambda: read(${quoted(weak.canary.path)}))`))['read']).toBe(`done ${weak.canary.text}`);
      },
    },
  },
  {
    id: 'SBX-02',
    name: 'read-etc',
    tries: 'reads accounts, names and keys of the machine',
    walls: ['closed root', 'landlock'],
    async attack({ answers }) {
      const found = await answers(`
for name in ("passwd", "shadow", "hostname", "resolv.conf", "ssl/openssl.cnf", "machine-id"):
    attempt(name, lambda: read("/etc/" + name))
attempt("list", lambda: os.listdir("/etc"))`);
      expectRefused(found, ['passwd', 'shadow', 'hostname', 'resolv.conf', 'ssl/openssl.cnf', 'machine-id', 'list']);
    },
    control: {
      does: 'a file that the test puts at /etc on purpose is read',
      run: async (_, weak) => {
        expect((await weak.answers('attempt("read", lambda: read("/etc/canary"))'))['read']).toBe(`done ${weak.canary.text}`);
      },
    },
  },
  {
    id: 'SBX-03',
    name: 'read-other-project',
    tries: "opens another project's table by a guessed path",
    walls: ['closed root', 'landlock'],
    async attack({ answers, canary }) {
      const path = join(canary.home, 'project-b', 'customers.csv');
      const found = await answers(`
attempt("table", lambda: read(${quoted(path)}))
attempt("climb", lambda: read("../" * 30 + ${quoted(path.slice(1))}))`);
      expectRefused(found, ['table', 'climb']);
    },
    control: {
      does: "the other project's own run sees its table",
      run: async (_, weak) => {
        const path = join(weak.canary.home, 'project-b', 'customers.csv');
        expect((await weak.answers(`attempt("table", lambda: read(${quoted(path)}))`))['table']).toBe(`done ${weak.canary.text}`);
      },
    },
  },
  {
    id: 'SBX-04',
    name: 'read-server-db',
    tries: "opens the product's database and its signing key",
    walls: ['closed root', 'landlock', 'another user'],
    async attack({ answers, canary, harness }) {
      const home = await madeHome();
      // A file of the host's own user inside a folder that the cage does show: only another user keeps it shut.
      const closed = join(harness.environment.harness, 'owner-only');
      const kept = readdirSync(home, { recursive: true, encoding: 'utf8' }).map((name) => join(home, name));
      try {
        if (process.getuid?.() === 0) ownedByOther(closed, canary.text);
        const found = await answers(`
for number, path in enumerate(${JSON.stringify(kept)}):
    attempt(f"kept-{number}", lambda: read(path))
attempt("folder", lambda: os.listdir(${quoted(home)}))
attempt("owner-only", lambda: read("/cage/app/owner-only"))`);
        expectRefused(found, [...kept.map((_, at) => `kept-${at}`), 'folder', 'owner-only']);
      } finally {
        rmSync(home, { recursive: true, force: true });
        rmSync(closed, { force: true });
      }
    },
    control: {
      does: 'the host reads its own folder',
      run: async () => {
        const home = await madeHome();
        expect(readdirSync(home).length).toBeGreaterThan(0);
        rmSync(home, { recursive: true, force: true });
      },
    },
  },
  {
    id: 'SBX-05',
    name: 'write-root',
    tries: 'makes files in /, /usr, /tmp and the like',
    walls: ['closed root', 'landlock'],
    async attack({ answers }) {
      const before = ['/', '/usr', '/var', '/usr/lib'].map((folder) => readdirSync(folder));
      const places = ['/', '/usr/', '/usr/lib/', '/cage/', '/cage/app/', '/cage/site/', '/dev/', '/dev/shm/', '/tmp/', '/scratch/', '/var/'];
      const found = await answers(places.map((place, at) => `attempt("place-${at}", lambda: write(${quoted(`${place}planted`)}))`).join('\n'));
      expectRefused(
        found,
        places.map((_, at) => `place-${at}`),
      );
      expect(['/', '/usr', '/var', '/usr/lib'].map((folder) => readdirSync(folder))).toEqual(before);
    },
    control: {
      does: 'its own folder can be written',
      run: async (cage) => {
        expect((await cage.answers('attempt("own", lambda: write("own"))'))['own']).toBe('done own');
      },
    },
  },
  {
    id: 'SBX-06',
    name: 'overwrite-interpreter',
    tries: 'changes a library, so that the next run is infected',
    walls: ['closed root', 'landlock'],
    async attack({ answers, harness }) {
      const library = join(harness.environment.sitePackages, 'numpy', '__init__.py');
      const before = [readFileSync(library), readFileSync(join(harness.environment.harness, 'program.py'))];
      const found = await answers(`
numpy = __import__("numpy")
attempt("library", lambda: write(numpy.__file__))
attempt("program", lambda: write("/cage/app/program.py"))
attempt("interpreter", lambda: write(os.path.realpath("/usr/bin/python3")))
attempt("rename", lambda: os.rename(numpy.__file__, numpy.__file__ + ".old"))
attempt("remove", lambda: os.unlink("/cage/app/wire.py"))
attempt("mode", lambda: os.chmod("/cage/app/wire.py", 0o666))`);
      expectRefused(found, ['library', 'program', 'interpreter', 'rename', 'remove', 'mode']);
      expect([readFileSync(library), readFileSync(join(harness.environment.harness, 'program.py'))]).toEqual(before);
    },
    control: {
      does: 'a copy in its own folder can be changed, and is gone for the next run',
      run: async (cage) => {
        const copy = 'attempt("copy", lambda: write("numpy.py", b"changed") and read("numpy.py"))';
        expect((await cage.answers(copy))['copy']).toBe('done changed');
        expect((await cage.answers('attempt("copy", lambda: read("numpy.py"))'))['copy']).toBe('refused ENOENT');
      },
    },
  },
  {
    id: 'SBX-07',
    name: 'persist-startup-file',
    tries: 'leaves a start-up file for the next run',
    walls: ['closed root', 'landlock'],
    async attack({ answers, run }) {
      const planted = await answers(`
for place in ("/cage/site/sitecustomize.py", "/cage/app/sitecustomize.py", "/usr/lib/python3/dist-packages/sitecustomize.py", "/scratch/sitecustomize.py"):
    attempt(place, lambda: write(place, b"raise SystemExit(9)"))
attempt("own", lambda: write("sitecustomize.py", b"raise SystemExit(9)"))`);
      expectRefused(
        planted,
        Object.keys(planted).filter((name) => name !== 'own'),
      );
      expect(planted['own']).toBe('done sitecustomize.py');
      const next = await answers(`
attempt("modules", lambda: [name for name in sys.modules if "customize" in name])
attempt("own", lambda: os.listdir("."))`);
      expect(next).toEqual({ modules: 'done []', own: 'done []' });
      expect((await run(honestModel)).kind).toBe('finished');
    },
    control: {
      does: 'within one run the file is found and imported',
      run: async (cage) => {
        const within = `
attempt("plant", lambda: write("startup.py", b"seen = 1"))
sys.path.insert(0, os.getcwd())
attempt("import", lambda: __import__("startup").seen)`;
        expect((await cage.answers(within))['import']).toBe('done 1');
      },
    },
  },
  {
    id: 'SBX-08',
    name: 'dotdot-path',
    tries: 'climbs out by many parent steps',
    walls: ['closed root', 'landlock'],
    async attack({ answers, canary }) {
      const found = await answers(`
attempt("top", lambda: os.path.realpath("../" * 60))
attempt("climb", lambda: read("../" * 60 + ${quoted(canary.path.slice(1))}))
attempt("change", lambda: os.chdir("../" * 60 + ${quoted(dirname(canary.path).slice(1))}))`);
      expect(found['top']).toBe('done /');
      expectRefused(found, ['climb', 'change']);
    },
    control: {
      does: 'the same climb from a folder of its own works',
      run: async (cage) => {
        const climb = `
os.makedirs("a/b/c")
write("top")
attempt("climb", lambda: read("a/b/c/../../../top"))`;
        expect((await cage.answers(climb))['climb']).toBe('done x');
      },
    },
  },
];

async function madeHome(): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'state-'));
  const store = await openStore(home, (event: unknown) => event as never);
  store.close();
  return home;
}

/** A file that only its owner may read; where root runs the tests, an owner without an account. */
export const CANARY_OWNER = 61_183;
function ownedByOther(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o600);
  chownSync(path, CANARY_OWNER, CANARY_OWNER);
}
