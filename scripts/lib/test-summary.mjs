/** What `npm test` says at its end, as text: coverage per room, media servers used, what could not run and why. */

/** Suites that must have met a media server. */
const SERVER_SUITES = ['contract', 'flows', 'faults'];

/**
 * Lines covered per room of src/.
 * @param {Record<string, { lines: { total: number, covered: number } }>} coverage istanbul's json-summary
 * @param {string} project its folder
 */
export function coverageTable(coverage, project) {
  const rooms = new Map();
  for (const [file, { lines }] of Object.entries(coverage)) {
    if (!file.startsWith(`${project}/src/`)) continue;
    const room = roomOf(file.slice(project.length + '/src/'.length));
    const sum = rooms.get(room) ?? { total: 0, covered: 0 };
    rooms.set(room, { total: sum.total + lines.total, covered: sum.covered + lines.covered });
  }
  const rows = [...rooms]
    .sort(([one], [two]) => (one < two ? -1 : 1))
    .map(([room, { total, covered }]) => {
      const percent = total === 0 ? 100 : Math.floor((covered / total) * 1000) / 10;
      return `  ${room.padEnd(22)}${`${percent.toFixed(1)} %`.padStart(8)}${`${covered} of ${total}`.padStart(16)}`;
    });
  const remark =
    '  Processes that tests start on their own (the service, simulators, camctl) are not counted.';
  return ['Coverage, lines per room:', ...rows, remark].join('\n');
}

/** The adapters are several rooms; files directly in src/ are the entry. */
function roomOf(file) {
  const parts = file.split('/');
  if (parts.length === 1) return 'main';
  return parts[0] === 'adapters' && parts.length > 2 ? `adapters/${parts[1]}` : parts[0];
}

/**
 * @param {import('./test-reporter.mjs').TestReport} report
 * @param {string | null} version of the real MediaMTX; null: there is none here
 */
export function serversUsed(report, version) {
  return SERVER_SUITES.map((suite) => {
    const used = Object.entries(report.servers[suite] ?? {}).map(([server, passed]) => {
      const name = server === 'mediamtx' ? `MediaMTX ${version ?? 'of unknown version'}` : 'the simulator';
      return `${name} (${passed} passed)`;
    });
    return `Media servers of the ${suite} suite: ${used.join(', ') || 'none'}`;
  }).join('\n');
}

/** The suites that ran without a real media server. @param {import('./test-reporter.mjs').TestReport} report */
export function suitesWithoutRealServer(report) {
  return SERVER_SUITES.filter((suite) => !report.servers[suite]?.mediamtx);
}

/** Tests that failed first: to be looked at, since a test that needs two tries has a race. @param {import('./test-reporter.mjs').TestReport} report */
export function secondTries({ second = [] }) {
  if (second.length === 0) return 'No test needed a second try.';
  const lines = second.map(({ file, name }) => `  ${file}: ${name}`);
  return [`PASSED ONLY ON THE SECOND TRY (${second.length}):`, ...lines].join('\n');
}

/**
 * @param {import('./test-reporter.mjs').TestReport} report
 * @param {Record<string, string>} reasons folder of tests to what this machine lacks for it
 */
export function notRun(report, reasons) {
  if (report.skipped.length === 0) return 'Everything could run here.';
  const groups = new Map();
  for (const { file, name, why } of report.skipped) {
    const reason = why || reasons[file.split('/')[1]] || `as the test says: ${name}`;
    const key = `${file}: ${reason}`;
    groups.set(key, (groups.get(key) ?? 0) + 1);
  }
  const lines = [...groups].map(([key, count]) => `  ${count} in ${key}`);
  return [`Could not run here (${report.skipped.length}):`, ...lines].join('\n');
}
