import { expect, it } from 'vitest';
import { cageArguments, cagedCommand, guestArguments, guestCommand, startCommand, type CagePlan } from './cage-arguments.ts';

const environment = {
  basePrefix: '/usr',
  python: '/cache/env/bin/python3',
  sitePackages: '/cache/env/lib/python3.11/site-packages',
  harness: '/cache/harness',
};
const plan: CagePlan = {
  environment,
  rootFolders: [{ name: 'lib', linkTo: 'usr/lib' }, { name: 'lib64' }],
  strength: 'curated',
};

it('builds one cage, word for word', () => {
  expect(cageArguments(plan).join(' ').replaceAll(' --', '\n--').split('\n')).toMatchInlineSnapshot(`
    [
      "--unshare-user",
      "--unshare-pid",
      "--unshare-net",
      "--unshare-ipc",
      "--unshare-uts",
      "--unshare-cgroup",
      "--disable-userns",
      "--uid 65534",
      "--gid 65534",
      "--hostname cage",
      "--as-pid-1",
      "--die-with-parent",
      "--new-session",
      "--cap-drop ALL",
      "--clearenv",
      "--ro-bind /usr /usr",
      "--symlink usr/lib /lib",
      "--ro-bind /lib64 /lib64",
      "--ro-bind /cache/env/lib/python3.11/site-packages /cage/site",
      "--ro-bind /cache/harness /cage/app",
      "--proc /proc",
      "--ro-bind /proc/sys /proc/sys",
      "--perms 0755",
      "--tmpfs /dev",
      "--dev-bind /dev/null /dev/null",
      "--dev-bind /dev/zero /dev/zero",
      "--dev-bind /dev/full /dev/full",
      "--dev-bind /dev/random /dev/random",
      "--dev-bind /dev/urandom /dev/urandom",
      "--size 268435456",
      "--perms 0700",
      "--tmpfs /scratch",
      "--size 16777216",
      "--perms 1777",
      "--tmpfs /tmp",
      "--size 16777216",
      "--perms 1777",
      "--tmpfs /dev/shm",
      "--setenv PATH /usr/bin",
      "--setenv HOME /scratch",
      "--setenv TMPDIR /scratch",
      "--setenv LANG C.UTF-8",
      "--setenv TZ UTC",
      "--setenv OMP_NUM_THREADS 1",
      "--setenv OPENBLAS_NUM_THREADS 1",
      "--setenv OMP_WAIT_POLICY passive",
      "--setenv JOBLIB_MULTIPROCESSING 0",
      "--setenv PYTHONHASHSEED 0",
      "--setenv PYTHONDONTWRITEBYTECODE 1",
      "--chdir /scratch",
      "--remount-ro /dev",
      "--remount-ro /",
      "--seccomp 6",
    ]
  `);
});

it('starts as another user without privileges, inside its control groups, with the cage’s paths out of every command line', () => {
  const command = cagedCommand(environment, 'worker.py', 'cage');
  expect(startCommand({ uid: 61_200, cgroupFolders: ['/sys/fs/cgroup/memory/a'], command })).toMatchInlineSnapshot(`
    [
      "/bin/sh",
      "-c",
      "n=$1; shift; while [ $n -gt 0 ]; do echo $$ > "$1/cgroup.procs" || exit 97; shift; n=$((n-1)); done; exec "$@"",
      "sh",
      "1",
      "/sys/fs/cgroup/memory/a",
      "setpriv",
      "--reuid=61200",
      "--regid=61200",
      "--clear-groups",
      "--no-new-privs",
      "--inh-caps=-all",
      "--bounding-set=-all",
      "prlimit",
      "--core=0",
      "--nofile=1024",
      "--",
      "bwrap",
      "--args",
      "5",
      "--",
      "/usr/bin/python3.11",
      "-s",
      "-S",
      "-P",
      "-B",
      "/cage/app/worker.py",
      "cage",
    ]
  `);
});

it('needs neither where an ordinary user starts it', () => {
  expect(startCommand({ uid: undefined, cgroupFolders: [], command: ['true'] })[0]).toBe('prlimit');
});

it('takes an interpreter that lies elsewhere in under a neutral name', () => {
  const elsewhere = { ...environment, basePrefix: '/opt/python' };
  expect(cageArguments({ ...plan, environment: elsewhere }).join(' ')).toContain('--ro-bind /opt/python /cage/py');
  expect(cagedCommand(elsewhere, 'worker.py', 'cage')[0]).toBe('/cage/py/bin/python3.11');
});

it('gives a program less room, and a folder of its own for what it hands over', () => {
  const sized = (strength: CagePlan['strength']) =>
    cageArguments({ ...plan, strength })
      .join(' ')
      .replaceAll(' --', '\n--')
      .split('\n')
      .filter((line) => /^--(size|tmpfs)/.test(line));
  expect(sized('program').slice(1, 5)).toEqual(['--size 67108864', '--tmpfs /scratch', '--size 33554432', '--tmpfs /output']);
  expect(sized('curated').join()).not.toContain('/output');
});

it('closes the root last, after everything that has to be made in it', () => {
  const words = cageArguments(plan);
  const lastMount = Math.max(...['--ro-bind', '--tmpfs', '--dev-bind', '--proc', '--symlink'].map((word) => words.lastIndexOf(word)));
  expect(words.indexOf('--remount-ro')).toBeGreaterThan(lastMount);
});

it('hands in nothing writable of this machine', () => {
  expect(cageArguments(plan).filter((word) => word === '--bind' || word === '--dev' || word === '--share-net')).toEqual([]);
});

const guestPlan = {
  environment,
  rootFolders: plan.rootFolders,
  runtime: '/cache/guest-runtime',
  code: '/cache/guest',
  scratchFolder: '/cache/guest-scratch/one',
};

it('builds the cage of a guest as any other, but for what it is shown, its folder and its variables', () => {
  const [worker, guest] = [cageArguments(plan), guestArguments(guestPlan)].map((words) => words.join(' ').replaceAll(' --', '\n--').split('\n'));
  expect(guest.filter((line) => !worker.includes(line))).toMatchInlineSnapshot(`
    [
      "--ro-bind /cache/guest-runtime /cage/runtime",
      "--ro-bind /cache/guest /cage/guest",
      "--ro-bind /cache/guest-runtime/node_modules /cage/guest/node_modules",
      "--bind /cache/guest-scratch/one /scratch",
      "--setenv ORT_DISABLE_TELEMETRY 1",
    ]
  `);
  expect(worker.filter((line) => !guest.includes(line))).toMatchInlineSnapshot(`
    [
      "--ro-bind /cache/env/lib/python3.11/site-packages /cage/site",
      "--size 268435456",
      "--perms 0700",
      "--tmpfs /scratch",
      "--setenv OMP_NUM_THREADS 1",
      "--setenv OPENBLAS_NUM_THREADS 1",
      "--setenv OMP_WAIT_POLICY passive",
      "--setenv JOBLIB_MULTIPROCESSING 0",
      "--setenv PYTHONHASHSEED 0",
      "--setenv PYTHONDONTWRITEBYTECODE 1",
    ]
  `);
});

it('lets a guest write in one folder of this machine and in no other', () => {
  const words = guestArguments(guestPlan);
  const writable = words.flatMap((word, at) => (word === '--bind' ? [words.slice(at + 1, at + 3)] : []));
  expect(writable).toEqual([['/cache/guest-scratch/one', '/scratch']]);
});

it('starts Node through the harness, with no word of the file that it reads', () => {
  const start = { entry: 'edges/tables/reader.js', use: 'read', memoryBytes: 2 ** 30, heapBytes: 2 ** 29, fileBytes: 2 ** 33 } as const;
  expect(guestCommand(environment, start).join(' ')).toMatchInlineSnapshot(
    `"/usr/bin/python3.11 -s -S -P -B /cage/app/guest.py 1073741824 8589934592 read /cage/runtime/bin/node --disable-warning=ExperimentalWarning --max-old-space-size=512 /cage/guest/src/edges/tables/reader.js"`,
  );
});
