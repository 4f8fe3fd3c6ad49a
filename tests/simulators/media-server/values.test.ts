import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDurationNs, parseDurationNs } from '../../../src/simulators/media-server/config/duration.ts';
import { parseConfiguration } from '../../../src/simulators/media-server/config/file.ts';
import { formatSizeBytes, parseSizeBytes } from '../../../src/simulators/media-server/config/size.ts';
import { formatRfc3339 } from '../../../src/simulators/media-server/local-time.ts';
import { commandWords } from '../../../src/simulators/media-server/paths/hook-command.ts';
import { parseRecordFile, recordFile } from '../../../src/simulators/media-server/recorder/record-path.ts';
import { parseSps } from '../../../src/simulators/media-server/stream/sps.ts';

describe('durations', () => {
  test.each([
    ['1h', '1h0m0s'],
    ['24h', '1d'],
    ['90m', '1h30m0s'],
    ['1d2h', '1d2h0m0s'],
    ['1500ms', '1.5s'],
    ['200ms', '200ms'],
    ['1.5h', '1h30m0s'],
    ['15us', '15µs'],
    ['0s', ''],
    ['0', ''],
    ['', ''],
    ['-3s', '-3s'],
  ])('%s is printed as %s', (given, printed) => {
    expect(formatDurationNs(parseDurationNs(given))).toBe(printed);
  });

  test.each(['10', 'abc', '1x', '1h1', 's', '1 h'])('%s is refused', (text) => {
    expect(() => parseDurationNs(text)).toThrow();
  });

  test('what is printed means the same again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 90 * 86_400_000 }), (ms) => {
        expect(parseDurationNs(formatDurationNs(ms * 1e6))).toBe(ms * 1e6);
      }),
    );
  });
});

test.each([
  ['50M', '50M'],
  ['1536K', '1.5M'],
  ['2G', '2G'],
  ['20MiB', '20M'],
  ['100B', '100B'],
  ['1.5gb', '1.5G'],
])('the size %s is printed as %s', (given, printed) => {
  expect(formatSizeBytes(parseSizeBytes(given))).toBe(printed);
});

test.each(['50', 'x', '-1M', '0M', ''])('the size "%s" is refused', (text) => {
  expect(() => parseSizeBytes(text)).toThrow();
});

describe('commands of hooks', () => {
  const environment = { MTX_PATH: 'cam', EMPTY: '' };
  test.each([
    ['touch /run/$MTX_PATH', ['touch', '/run/cam']],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the hook language, not ours
    ["sh -c 'echo ${MTX_PATH} $MTX_PATH'", ['sh', '-c', 'echo cam cam']],
    ['a "b c"  d\\ e \'f"g\'', ['a', 'b c', 'd e', 'f"g']],
    ['a "" $UNKNOWN b', ['a', '', '', 'b']],
    ['"a\\"b" \'c\\d\'', ['a"b', 'c\\d']],
  ])('%s', (command, words) => {
    expect(commandWords(command, environment)).toEqual(words);
  });

  test.each(["'open", '"open', '   '])('%s is refused', (command) => {
    expect(() => commandWords(command, environment)).toThrow();
  });
});

describe('names of recordings', () => {
  test.each(['/r/%path/%Y-%m-%d_%H-%M-%S-%f', '/r/%path/%s_%f', '/r/%Y/%path/%m-%d-%H%M%S-%f%z'])(
    '%s leads back to path and instant',
    (pattern) => {
      fc.assert(
        fc.property(fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }), (ms) => {
          const micros = ms * 1000 + 123;
          const file = recordFile(pattern, 'floor/cam0', micros);
          expect(parseRecordFile(pattern, file)).toEqual({ path: 'floor/cam0', startMicros: micros });
        }),
      );
    },
  );

  test('a name that does not fit is no recording', () => {
    expect(parseRecordFile('/r/%path/%s', '/r/cam/notes.txt')).toBeNull();
  });
});

test('instants are printed with microseconds and without trailing zeros', () => {
  const micros = Date.UTC(2026, 10, 22, 10, 54, 20) * 1000;
  expect(formatRfc3339(micros + 91_700)).toMatch(/^2026-11-2\dT\d\d:\d\d:20\.0917(Z|[+-]\d\d:\d\d)$/);
  expect(formatRfc3339(micros)).toMatch(/^2026-11-2\dT\d\d:\d\d:20(Z|[+-]\d\d:\d\d)$/);
});

// Made with ffmpeg 5.1.9, libx264, 2026-11-23: testsrc2 of that size, profile and level.
test.each([
  ['Z0LADdoFB+hAAAADAEAAAAeDxQqS', { widthPx: 320, heightPx: 240, profile: 'Baseline', level: '1.3' }],
  ['Z2QAH6zZQFAFuwEQAAADABAAAAMDwPGDGWA=', { widthPx: 1280, heightPx: 720, profile: 'High', level: '3.1' }],
  ['Z01AHuygUh/xERgIgAAAAwCAAAAeB4sWyw==', { widthPx: 642, heightPx: 482, profile: 'Main', level: '3' }],
] as const)('a sequence parameter set tells picture, profile and level: %s', (sps, facts) => {
  expect(parseSps(Buffer.from(sps, 'base64'))).toEqual(facts);
});

test('what is no parameter set tells nothing', () => {
  expect(parseSps(Buffer.from([0x67, 0x42]))).toBeNull();
});

test('a file may switch with yes and no, but quoted they are text', () => {
  const { global, paths } = parseConfiguration('api: yes\nrtmp: no\nrtspEncryption: "no"\npaths:\n  cam:\n');
  expect([global.api, global.rtmp, global.rtspEncryption]).toEqual([true, false, 'no']);
  expect([...paths.keys()]).toEqual(['cam']);
  expect(() => parseConfiguration('api: "yes"\n')).toThrow('bool');
  expect(() => parseConfiguration('api: true\napi: false\n')).toThrow();
});
