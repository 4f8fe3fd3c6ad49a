/** Runs vitest and reads what its reporter kept. Which suites, and what a result is worth, is the caller's business. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Stop } from './progress.mjs';
import { PROJECT } from './project.mjs';
import { REPORT_FILE } from './test-reporter.mjs';

/**
 * @param {readonly string[]} words handed to vitest
 * @returns {Promise<{ passed: boolean, report: import('./test-reporter.mjs').TestReport }>}
 * @throws {Stop} when vitest ended before it could report
 */
export async function runVitest(words) {
  rmSync(REPORT_FILE, { force: true });
  const passed = await run(words);
  if (!existsSync(REPORT_FILE)) throw new Stop('vitest ended before it could report.');
  return { passed, report: JSON.parse(readFileSync(REPORT_FILE, 'utf8')) };
}

function run(words) {
  const vitest = join(PROJECT, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', `--reporter=${join(PROJECT, 'scripts/lib/test-reporter.mjs')}`];
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...words], {
    cwd: PROJECT,
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });
}
