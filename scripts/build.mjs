/** Makes `dist/` for the published package: plain JavaScript and declarations, since Node strips no types under `node_modules`. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageRoot = fileURLToPath(new URL('..', import.meta.url));
rmSync(join(packageRoot, 'dist'), { recursive: true, force: true });
const compiler = join(packageRoot, 'node_modules', 'typescript', 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [compiler, '-p', join(packageRoot, 'tsconfig.build.json')], {
  stdio: ['ignore', process.stderr, process.stderr],
});
process.exitCode = status === 0 ? 0 : 1;
