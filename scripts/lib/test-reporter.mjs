/**
 * A vitest reporter that keeps what the end of a run tells: how many passed and failed, what did not run and why, and
 * which media servers were really used. Writes `.cache/test-report.json`, or the file that TEST_REPORT_FILE names.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { PROJECT } from './project.mjs';

/** Suites whose tests run once per media server; their titles begin with the server's name. */
const SERVER_TITLE = /^(?:the )?(simulator|mediamtx)\b/i;

/**
 * @typedef {object} TestReport
 * @property {number} passed
 * @property {number} failed tests, and files or hooks that broke
 * @property {readonly { file: string, name: string, why: string }[]} skipped `why` is empty where the test says nothing
 * @property {readonly { file: string, name: string }[]} [second] passed only when tried again
 * @property {Record<string, Record<string, number>>} servers suite to server to passed tests
 */

export const REPORT_FILE = process.env.TEST_REPORT_FILE ?? join(PROJECT, '.cache/test-report.json');

export default class TestReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const report = { passed: 0, failed: unhandledErrors.length, skipped: [], second: [], servers: {} };
    for (const module of modules) addModule(report, module);
    mkdirSync(dirname(REPORT_FILE), { recursive: true });
    writeFileSync(REPORT_FILE, `${JSON.stringify(report, null, 2)}\n`);
  }
}

function addModule(report, module) {
  const file = relative(PROJECT, module.moduleId);
  report.failed += module.errors().length;
  for (const suite of module.children.allSuites()) report.failed += suite.errors().length;
  for (const test of module.children.allTests()) {
    const { state, note } = test.result();
    if (state === 'failed') report.failed++;
    if (state === 'skipped') report.skipped.push({ file, name: test.fullName, why: note ?? '' });
    if (state !== 'passed') continue;
    report.passed++;
    if ((test.diagnostic()?.retryCount ?? 0) > 0) report.second.push({ file, name: test.fullName });
    const server = SERVER_TITLE.exec(test.fullName)?.[1]?.toLowerCase();
    const suite = file.split('/')[1];
    if (server === undefined) continue;
    report.servers[suite] ??= {};
    report.servers[suite][server] = (report.servers[suite][server] ?? 0) + 1;
  }
}
