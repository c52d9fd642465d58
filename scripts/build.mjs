/** Makes `dist/` for the published package: plain JavaScript and declarations, since Node strips no types under `node_modules`. */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageRoot = fileURLToPath(new URL('..', import.meta.url));
const source = join(packageRoot, 'src');
const target = join(packageRoot, 'dist');

rmSync(target, { recursive: true, force: true });
const compiler = join(packageRoot, 'node_modules', 'typescript', 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [compiler, '-p', join(packageRoot, 'tsconfig.build.json')], { stdio: 'inherit' });
if (status !== 0) process.exit(1);

// Whatever lies beside the sources and is not TypeScript is read at run time.
for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
  if (/\.(json|css|html|js|mjs|txt)$/.test(file)) cpSync(join(source, file), join(target, file));
}
