/**
 * Makes `dist/` for the published package: plain JavaScript and declarations, since Node strips no types under `node_modules`. Beside them the digest
 * of the sources they were made from, and what the tests last found of them, where they ran: so `modelwright threats` can tell whether one is of the other.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageRoot = fileURLToPath(new URL('..', import.meta.url));
rmSync(join(packageRoot, 'dist'), { recursive: true, force: true });
const compiler = join(packageRoot, 'node_modules', 'typescript', 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [compiler, '-p', join(packageRoot, 'tsconfig.build.json')], {
  stdio: ['ignore', process.stderr, process.stderr],
});
process.exitCode = status === 0 ? 0 : 1;
if (status === 0) {
  const { hashSources } = await import('../dist/edges/store/source-tree.js');
  writeFileSync(join(packageRoot, 'dist', 'build.json'), `${JSON.stringify({ sources: await hashSources(packageRoot) })}\n`);
  const evidence = join(packageRoot, '.cache', 'threat-evidence.jsonl');
  if (existsSync(evidence)) copyFileSync(evidence, join(packageRoot, 'dist', 'threat-evidence.jsonl'));
}
