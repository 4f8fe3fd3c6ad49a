import { expect, test } from 'vitest';
import {
  coverageTable,
  notRun,
  secondTries,
  serversUsed,
  suitesWithoutRealServer,
} from '../../scripts/lib/test-summary.mjs';

const report = {
  passed: 50,
  failed: 0,
  skipped: [
    { file: 'tests/hotplug/sources.test.ts', name: 'a', why: '' },
    { file: 'tests/hotplug/sources.test.ts', name: 'b', why: '' },
    { file: 'tests/api/files.test.ts', name: 'c', why: 'root may read everything' },
    { file: 'tests/cli/x.test.ts', name: 'only on Mondays', why: '' },
  ],
  servers: { contract: { simulator: 20, mediamtx: 20 }, flows: { simulator: 3 }, faults: { mediamtx: 9 } },
};

test('coverage is summed per room', () => {
  const lines = (total: number, covered: number) => ({ lines: { total, covered } });
  const text = coverageTable(
    {
      total: lines(100, 50),
      '/p/src/machines/a.ts': lines(10, 10),
      '/p/src/machines/b.ts': lines(30, 30),
      '/p/src/adapters/udev/a.ts': lines(8, 6),
      '/p/src/main.ts': lines(4, 0),
      '/p/scripts/x.ts': lines(9, 9),
    },
    '/p',
  );
  expect(text.split('\n').slice(1, 4)).toEqual([
    '  adapters/udev           75.0 %          6 of 8',
    '  machines               100.0 %        40 of 40',
    '  main                     0.0 %          0 of 4',
  ]);
});

test('almost everything is not 100 %', () => {
  expect(coverageTable({ '/p/src/api/a.ts': { lines: { total: 10_000, covered: 9_999 } } }, '/p')).toContain(
    '99.9 %',
  );
});

test('says which media servers each suite really used', () => {
  expect(serversUsed(report, '1.20.1')).toBe(
    'Media servers of the contract suite: the simulator (20 passed), MediaMTX 1.20.1 (20 passed)\n' +
      'Media servers of the flows suite: the simulator (3 passed)\n' +
      'Media servers of the faults suite: MediaMTX 1.20.1 (9 passed)',
  );
  expect(suitesWithoutRealServer(report)).toEqual(['flows']);
  expect(serversUsed({ ...report, servers: {} }, null)).toContain('contract suite: none');
});

test('counts what could not run, with reasons', () => {
  expect(notRun(report, { hotplug: 'this machine lacks umockdev' })).toBe(
    [
      'Could not run here (4):',
      '  2 in tests/hotplug/sources.test.ts: this machine lacks umockdev',
      '  1 in tests/api/files.test.ts: root may read everything',
      '  1 in tests/cli/x.test.ts: as the test says: only on Mondays',
    ].join('\n'),
  );
  expect(notRun({ ...report, skipped: [] }, {})).toBe('Everything could run here.');
});

test('names the tests that passed only on their second try', () => {
  expect(secondTries({ ...report, second: [] })).toBe('No test needed a second try.');
  expect(secondTries({ ...report, second: [{ file: 'tests/flows/x.test.ts', name: 'a story' }] })).toBe(
    'PASSED ONLY ON THE SECOND TRY (1):\n  tests/flows/x.test.ts: a story',
  );
});
