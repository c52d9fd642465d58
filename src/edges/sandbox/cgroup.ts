/** A control group for one cage, where this process may make one: version 1 by controller, version 2, or both at once. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type ControlGroup = {
  /** Folders whose `cgroup.procs` the cage joins. */
  folders: string[];
  /** How often the kernel has ended a process of the group for its memory; undefined where it does not say. */
  oomKills(): number | undefined;
  /** Ends every process of the group, where the kernel can. */
  kill(): void;
  /** Removes the folders; a dying process holds them for some hundred milliseconds. */
  remove(): Promise<void>;
};

export type ControlGroupFacts = { hasMemory: boolean; hasProcesses: boolean; hasKill: boolean };

type Hierarchy = { folder: string };

const PREFIX = 'modelwright-';
const CPU_PERIOD_US = 100_000;
let made = 0;

export function describeControlGroup(group: ControlGroup | undefined): ControlGroupFacts {
  const has = (file: string) => group?.folders.some((folder) => existsSync(join(folder, file))) ?? false;
  return { hasMemory: has('memory.max') || has('memory.limit_in_bytes'), hasProcesses: has('pids.max'), hasKill: has('cgroup.kill') };
}

/** `processors`: how many may be kept busy; null for all. */
export type GroupLimits = { memoryBytes: number; processes: number; processors: number | null };

/** Makes the group in every hierarchy that lets us; undefined where none limits anything. */
export function makeControlGroup(limits: GroupLimits): ControlGroup | undefined {
  made += 1;
  const name = `${PREFIX}${process.pid}-${made}`;
  const folders: string[] = [];
  for (const hierarchy of (known ??= hierarchies())) {
    sweep(hierarchy.folder);
    const folder = join(hierarchy.folder, name);
    try {
      mkdirSync(folder);
    } catch {
      continue; // not ours to change: the caller polls instead
    }
    if (limitIn(folder, limits)) folders.push(folder);
    else tryTo(() => rmdirSync(folder));
  }
  if (folders.length === 0) return undefined;
  return {
    folders,
    oomKills: () => countOomKills(folders),
    kill: () => folders.forEach((folder) => tryTo(() => writeFileSync(join(folder, 'cgroup.kill'), '1'))),
    remove: () => removeAll(folders),
  };
}

/** True where the folder serves for something: it limits memory or processes, or ends the whole group at once. */
function limitIn(folder: string, limits: GroupLimits): boolean {
  const held = settingsOf(limits).filter(([file, value]) => existsSync(join(folder, file)) && tryTo(() => writeFileSync(join(folder, file), value)));
  return held.length > 0 || existsSync(join(folder, 'cgroup.kill'));
}

/** Files of both versions; a folder has some of them. */
function settingsOf({ memoryBytes, processes, processors }: GroupLimits): [file: string, value: string][] {
  const memory = String(Math.floor(memoryBytes));
  const quotaUs = processors === null ? null : String(Math.floor(processors * CPU_PERIOD_US));
  return [
    ['memory.limit_in_bytes', memory],
    ['memory.memsw.limit_in_bytes', memory],
    ['memory.max', memory],
    ['memory.swap.max', '0'],
    ['pids.max', String(processes)],
    ...(quotaUs === null
      ? []
      : ([
          ['cpu.cfs_period_us', String(CPU_PERIOD_US)],
          ['cpu.cfs_quota_us', quotaUs],
          ['cpu.max', `${quotaUs} ${CPU_PERIOD_US}`],
        ] satisfies [string, string][])),
  ];
}

function countOomKills(folders: readonly string[]): number | undefined {
  for (const file of folders.flatMap((folder) => [join(folder, 'memory.events'), join(folder, 'memory.oom_control')])) {
    const line = readOr(file, '')
      .split('\n')
      .find((text) => text.startsWith('oom_kill '));
    if (line !== undefined) return Number(line.slice('oom_kill '.length));
  }
  return undefined;
}

async function removeAll(folders: readonly string[]): Promise<void> {
  let left = [...folders];
  for (let attempt = 0; attempt < 40 && left.length > 0; attempt += 1) {
    left = left.filter((folder) => !tryTo(() => rmdirSync(folder)) && existsSync(folder));
    if (left.length > 0) await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Removes groups whose maker was killed before it could. */
function sweep(parent: string): void {
  for (const name of tryRead(() => readdirSync(parent)) ?? []) {
    const maker = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : 0;
    if (maker > 0 && !existsSync(`/proc/${maker}`)) tryTo(() => rmdirSync(join(parent, name)));
  }
}

/** What a process is in does not change while it runs. */
let known: Hierarchy[] | undefined;

/** The groups that this process is in: a container's own group is not the root of the mount, so the path comes from the kernel. */
function hierarchies(): Hierarchy[] {
  const mounts = readOr('/proc/self/mountinfo', '').split('\n').flatMap(readMount);
  const wanted = ['memory', 'pids', 'cpu', ''];
  return readOr('/proc/self/cgroup', '')
    .split('\n')
    .flatMap((line) => {
      const [, names, ...rest] = line.split(':');
      const path = rest.join(':');
      const controllers = names?.split(',') ?? [];
      if (path === '' || !controllers.some((controller) => wanted.includes(controller))) return [];
      const mount = mounts.find(({ options }) => controllers.every((controller) => options.includes(controller === '' ? 'cgroup2' : controller)));
      if (!mount) return [];
      const inside = mount.root !== '/' && path.startsWith(mount.root) ? path.slice(mount.root.length) : path;
      return [{ folder: join(mount.place, inside) }];
    });
}

function readMount(line: string): { place: string; root: string; options: string[] }[] {
  const [before, after] = line.split(' - ');
  const [kind, , options] = after?.split(' ') ?? [];
  const [, , , root, place] = before?.split(' ') ?? [];
  if (kind === 'cgroup2') return [{ place, root, options: ['cgroup2'] }];
  return kind === 'cgroup' ? [{ place, root, options: options.split(',') }] : [];
}

const readOr = (path: string, otherwise: string) => tryRead(() => readFileSync(path, 'utf8')) ?? otherwise;

function tryRead<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function tryTo(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
