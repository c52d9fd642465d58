import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

/** Which environment a peer lives in, and the package whose version is told. */
const peers: Record<string, { environment: string; distribution: string }> = {
  autogluon_best: { environment: 'v_ag', distribution: 'autogluon.tabular' },
  autogluon_medium: { environment: 'v_ag', distribution: 'autogluon.tabular' },
  flaml: { environment: 'v_flaml', distribution: 'flaml' },
  mljar: { environment: 'v_mljar', distribution: 'mljar-supervised' },
  lama: { environment: 'v_lama', distribution: 'lightautoml' },
  h2o: { environment: 'v_h2o', distribution: 'h2o' },
  lightgbm: { environment: 'v_flaml', distribution: 'lightgbm' },
  catboost: { environment: 'v_flaml', distribution: 'catboost' },
};

export const peerNames: readonly string[] = Object.keys(peers);

export const findPeerPython = (envs: string, tool: string): string => join(envs, peers[tool].environment, 'bin', 'python');

/** Why a peer cannot take part here, or undefined where it can. */
export function reasonAgainst(tool: string, { envs, runner }: { envs: string | undefined; runner: string | undefined }): string | undefined {
  if (envs === undefined) return 'no --envs names the folder of environments';
  if (runner === undefined) return 'no --runner names the script that runs it';
  if (!existsSync(runner)) return 'there is no script where --runner points';
  if (!existsSync(findPeerPython(envs, tool))) return `the folder of environments has no ${peers[tool].environment}/bin/python`;
  return undefined;
}

/** The version of a peer's package, or undefined where its environment does not have it. */
export async function findPeerVersion(envs: string, tool: string): Promise<string | undefined> {
  const ask = `import importlib.metadata as m; print(m.version('${peers[tool].distribution}'))`;
  const { exitCode, stdout } = await runCommand(findPeerPython(envs, tool), ['-c', ask], { limitS: 60 });
  return exitCode === 0 ? stdout.trim() : undefined;
}

export const packageOf = (tool: string): string => peers[tool].distribution;
