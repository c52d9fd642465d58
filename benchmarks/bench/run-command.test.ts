import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { memoryOfTree, processTree } from './process-tree.ts';
import { runCommand } from './run-command.ts';

const isLinux = process.platform === 'linux';

describe('running a command', () => {
  it('keeps what it says and how it ended', async () => {
    const run = await runCommand('sh', ['-c', 'echo out; echo err >&2; exit 3'], { limitS: 60 });
    expect(run).toMatchObject({ exitCode: 3, isOverrun: false, stdout: 'out\n', stderr: 'err\n' });
  });

  it('refuses a command that is not there', async () => {
    await expect(runCommand('./no-such-command', [], { limitS: 60 })).rejects.toThrow('ENOENT');
  });

  it.runIf(isLinux)('ends a command at its limit with all that it started', async () => {
    const run = await runCommand('sh', ['-c', 'sleep 1000 & echo $!; wait'], { limitS: 0.3 });
    expect(run.isOverrun).toBe(true);
    // It may still be listed until its new parent has looked at it, but holds nothing.
    expect(Number(run.stdout)).toBeGreaterThan(1);
    expect(memoryOfTree(Number(run.stdout))).toBe(0);
  });
});

describe.runIf(isLinux)('the memory of a process tree', () => {
  it('holds what a process started by another one holds', async () => {
    const inner = "const held = Buffer.alloc(80 * 2 ** 20, 1); console.log('holding'); setInterval(() => held, 1e6)";
    const outer = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(inner)}], { stdio: 'inherit' })`;
    const child = spawn(process.execPath, ['-e', outer], { stdio: ['ignore', 'pipe', 'inherit'] });
    const { pid = 0 } = child;
    try {
      await once(child.stdout, 'data');
      expect(processTree(pid)).toHaveLength(2);
      expect(memoryOfTree(pid)).toBeGreaterThan(80 * 2 ** 20);
    } finally {
      for (const each of processTree(pid)) process.kill(each, 'SIGKILL');
    }
  });

  it('is nothing for a process that has ended', () => {
    expect(memoryOfTree(2 ** 30)).toBe(0);
  });
});
