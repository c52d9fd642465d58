import { readFileSync } from 'node:fs';

// A reader that closes the pipe early (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const version = String(JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')).version);
const words = process.argv.slice(2);

if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
  // Scripts ask this often: it is answered before anything is loaded.
  process.stdout.write(`${version}\n`);
} else {
  const { runCommandLine } = await import('./command-line.ts');
  process.exitCode = await runCommandLine({
    version,
    commandName: process.env['MODELWRIGHT_COMMAND'] ?? 'modelwright',
    words,
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
          else second(signal === 'SIGINT' ? 130 : 143);
        });
      }
    },
  });
}
