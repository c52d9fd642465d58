import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { renderReport } from '../../src/stages/packaging/index.ts';
import { smallFacts } from '../fixtures/report-facts.ts';

const browser = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync('which', [name]).status === 0);

/** Opens the page as a person would and returns what the browser had to say of it. */
function consoleOf(page: string, folder: string): string[] {
  const words = [
    '--headless=new',
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--enable-logging=stderr',
    `--user-data-dir=${join(folder, 'profile')}`,
    `--screenshot=${join(folder, 'page.png')}`,
    '--window-size=900,1200',
    `file://${page}`,
  ];
  const { stderr, status } = spawnSync(browser ?? '', words, { encoding: 'utf8', timeout: 60_000 });
  expect(status).toBe(0);
  return stderr.split('\n').filter((line) => line.includes(':CONSOLE'));
}

it.skipIf(browser === undefined)('opens in a real browser without a word in its console (needs chromium)', { timeout: 90_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'report-'));
  onTestFinished(() => {
    // The browser's helpers may still be writing their profile.
    execFileSync('sleep', ['0.3']);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });
  const good = join(folder, 'report.html');
  writeFileSync(good, renderReport(smallFacts()));
  expect(consoleOf(good, folder)).toEqual([]);
  expect(statSync(join(folder, 'page.png')).size).toBeGreaterThan(20_000);
  // The browser does say so when a page tries what the report forbids itself.
  const bad = join(folder, 'bad.html');
  writeFileSync(bad, renderReport(smallFacts()).replace('</body>', '<script>alert(1)</script></body>'));
  expect(consoleOf(bad, folder).join()).toContain('Content Security Policy');
});
