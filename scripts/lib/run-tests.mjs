/** `npm test`: brings what is missing, builds, runs every suite that needs no emulator, and says what that was worth. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureMediaServer } from './media-server.mjs';
import { ensurePackages } from './npm-packages.mjs';
import { ensurePrograms, thisMachine } from './prerequisites.mjs';
import { FOR_SERVICE, FOR_TESTS } from './programs.mjs';
import { conclude, Stop, say } from './progress.mjs';
import { PROJECT } from './project.mjs';
import { coverageTable, notRun, secondTries, serversUsed, suitesWithoutRealServer } from './test-summary.mjs';
import { runVitest } from './vitest.mjs';

const COVERAGE_FILE = join(PROJECT, 'coverage/coverage-summary.json');
/** The others have commands of their own, since they need more than most machines have. */
const PROJECTS = ['fast', 'parts', 'stories', 'timed'].map((name) => `--project=${name}`);

/** @param {readonly string[]} words handed to vitest; with any, only a part runs and coverage is left out */
export function main(words) {
  return conclude(async () => {
    const lacking = await ensurePrograms([...FOR_SERVICE, ...FOR_TESTS], thisMachine());
    await ensurePackages(PROJECT, { addonFor: thisMachine() });
    await ensureBuilt(PROJECT);
    const version = await provideMediaServer();
    const whole = words.length === 0;
    const { passed, report } = await runVitest([...PROJECTS, ...(whole ? ['--coverage'] : words)]);
    summarise(report, version, lacking, whole);
    if (!passed) throw new Stop('Not everything passed.');
    const withoutReal =
      whole && process.env.REQUIRE_REAL_MEDIA_SERVER === '1' ? suitesWithoutRealServer(report) : [];
    if (withoutReal.length > 0) {
      throw new Stop(
        `REQUIRE_REAL_MEDIA_SERVER=1, but no real MediaMTX was used by: ${withoutReal.join(', ')}.`,
      );
    }
  });
}

/** Lets the tests find a real MediaMTX by `MEDIAMTX_BIN`. @returns {Promise<string | null>} its version */
async function provideMediaServer() {
  const named = process.env.MEDIAMTX_BIN;
  const found = await ensureMediaServer(named);
  if (found.kind !== 'mediamtx') {
    say('No real MediaMTX: only the simulator is tested. MEDIAMTX_BIN=/path/to/mediamtx names one.');
    return null;
  }
  process.env.MEDIAMTX_BIN = found.command;
  return found.version;
}

function summarise(report, version, lacking, whole) {
  const absent = lacking.map((program) => program.name).join(', ');
  const reasons = {
    hotplug: absent && `this machine lacks ${absent}`,
    contract: version === null ? 'there is no real MediaMTX' : '',
    flows: version === null ? 'there is no real MediaMTX' : '',
    faults: version === null ? 'there is no real MediaMTX' : '',
  };
  const parts = [''];
  if (whole && existsSync(COVERAGE_FILE)) {
    parts.push(coverageTable(JSON.parse(readFileSync(COVERAGE_FILE, 'utf8')), PROJECT), '');
  }
  if (whole) parts.push(serversUsed(report, version), '');
  parts.push(
    notRun(report, reasons),
    secondTries(report),
    '',
    `${report.passed} passed, ${report.failed} failed, ${report.skipped.length} not run`,
  );
  process.stdout.write(`${parts.join('\n')}\n`);
}
