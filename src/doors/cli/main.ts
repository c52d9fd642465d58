import { readFileSync } from 'node:fs';
import { runCommandLine } from './command-line.ts';

// A reader that closes the pipe early (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

process.exitCode = await runCommandLine({
  version: String(version),
  commandName: process.env['MODELWRIGHT_COMMAND'] ?? 'modelwright',
  words: process.argv.slice(2),
  environment: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  onInterrupt(first, second) {
    let count = 0;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        count++;
        if (count === 1 && signal === 'SIGINT') first();
        else second();
      });
    }
  },
});
