/** What could stand round code on this machine, and why it does or does not. Only the walls that were tried decide whether anything is run. */
import { execFile } from 'node:child_process';
import type { BackEnd } from '../../domain/containment.ts';
import type { Wall } from './sandbox.ts';

/** A container engine is asked no longer than this: a daemon that hangs is none. */
const ASK_MS = 2_000;

export type EngineAnswer =
  | { kind: 'ready'; client: 'docker' | 'podman'; version: string }
  | { kind: 'no-server'; client: 'docker' | 'podman'; said: string }
  | { kind: 'no-client' };

/** Asks Docker, then Podman; the first that answers wins, else the first that is there. */
export async function askContainerEngine(): Promise<EngineAnswer> {
  const answers = await Promise.all([
    ask('docker', ['version', '--format', '{{.Server.Version}}']),
    ask('podman', ['info', '--format', '{{.Version.Version}}']),
  ]);
  return answers.find(({ kind }) => kind === 'ready') ?? answers.find(({ kind }) => kind === 'no-server') ?? { kind: 'no-client' };
}

function ask(client: 'docker' | 'podman', words: string[]): Promise<EngineAnswer> {
  return new Promise((resolve) => {
    execFile(client, words, { env: { PATH: '/usr/local/bin:/usr/bin:/bin' }, timeout: ASK_MS, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      const version = stdout.trim();
      if (!error && version !== '') return resolve({ kind: 'ready', client, version });
      if (error?.code === 'ENOENT') return resolve({ kind: 'no-client' });
      const said = error?.killed ? 'no answer within two seconds' : (stderr.trim().split('\n').at(-1) ?? '');
      resolve({ kind: 'no-server', client, said: said.slice(0, 200) });
    });
  });
}

export type BackEndFacts = {
  walls: readonly Wall[];
  engine: EngineAnswer;
  /** What the operator says stands round the whole product. */
  outerCage: string | null;
};

/** Pure: the list as it is shown, the one in use first. */
export function listBackEnds({ walls, engine, outerCage }: BackEndFacts): BackEnd[] {
  const isCaged = walls.length > 0 && walls.every(({ isUp }) => isUp);
  const bubblewrap: BackEnd = isCaged ? { name: 'bubblewrap', state: 'in-use', reason: 'every wall was tried and stands' } : notUsable(walls);
  const none: BackEnd = isCaged
    ? { name: 'none', state: 'not-used', reason: 'there is a cage; generated code never runs without one' }
    : { name: 'none', state: 'in-use', reason: 'curated learners only, with a warning; generated code is refused' };
  const others = [containerOf(engine), externalOf(outerCage)];
  return isCaged ? [bubblewrap, ...others, none] : [none, bubblewrap, ...others];
}

function notUsable(walls: readonly Wall[]): BackEnd {
  const down = walls.find(({ isUp }) => !isUp);
  const reason = down ? `${down.name}: ${down.detail}` : 'no wall was tried';
  return { name: 'bubblewrap', state: 'not-usable', reason, ...(down?.remedy !== undefined && { remedy: down.remedy }) };
}

function containerOf(engine: EngineAnswer): BackEnd {
  switch (engine.kind) {
    case 'ready':
      return {
        name: 'container',
        state: 'usable',
        reason: `${engine.client} ${engine.version} answers; it could be used, and is not: bubblewrap needs no daemon`,
      };
    case 'no-server':
      return {
        name: 'container',
        state: 'not-usable',
        reason: `${engine.client}: client without server${engine.said === '' ? '' : ` (${engine.said})`}; nothing here needs one`,
      };
    case 'no-client':
      return { name: 'container', state: 'not-usable', reason: 'neither docker nor podman is installed' };
  }
}

const externalOf = (outerCage: string | null): BackEnd =>
  outerCage === null
    ? {
        name: 'external',
        state: 'not-used',
        reason: 'none declared; an operator of many tenants puts a second kernel round all of it (MODELWRIGHT_OUTER_CAGE)',
      }
    : { name: 'external', state: 'claimed', reason: `${outerCage}: claimed by the operator, not proved by us; it stands for no wall` };
