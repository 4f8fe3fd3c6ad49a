import { expect, test } from 'vitest';
import { holds, isOurPath, pathConfiguration } from '../../../src/adapters/mediamtx/path-entry.ts';

const settings = {
  demandFolder: '/run/camera-service/demand',
  recordingsFolder: '/var/lib/camera-service/recordings',
  recordPartDurationMs: 500,
};
const idle = { name: 'camera0', demandStartTimeoutMs: 10_000, record: null };
const recording = { ...idle, record: { session: 'camera0_2026-11-23_04-28-13', segmentDurationMs: 90_500 } };

test('an idle path raises demand by touching its file and records nothing', () => {
  expect(pathConfiguration(idle, settings)).toEqual({
    source: 'publisher',
    useAbsoluteTimestamp: false,
    overridePublisher: true,
    runOnDemand: 'touch /run/camera-service/demand/camera0',
    runOnDemandRestart: false,
    runOnDemandStartTimeout: '10s',
    runOnDemandCloseAfter: '10ms',
    runOnUnDemand: '',
    record: false,
    recordPath: '/var/lib/camera-service/recordings/.parts/%path/idle_%s-%f',
    recordFormat: 'fmp4',
    recordPartDuration: '500ms',
    recordMaxPartSize: '50M',
    recordSegmentDuration: '3600s',
    recordDeleteAfter: '0s',
  });
});

test('recording changes record keys alone, so that nobody is dropped', () => {
  const before = pathConfiguration(idle, settings);
  const after = pathConfiguration(recording, settings);
  const changed = Object.keys(after).filter((key) => after[key] !== before[key]);
  expect(changed.toSorted()).toEqual(['record', 'recordPath', 'recordSegmentDuration']);
  expect(Object.keys(after)).toEqual(Object.keys(before));
  expect(after.recordPath).toContain('/.parts/%path/camera0_2026-11-23_04-28-13_%s-%f');
  expect(after.recordSegmentDuration).toBe('90500ms');
});

test('names that MediaMTX would interpret are refused', () => {
  const bad = [
    () => pathConfiguration({ ...idle, name: 'camera0; rm -rf x' }, settings),
    () => pathConfiguration({ ...idle, name: '../camera0' }, settings),
    () => pathConfiguration({ ...idle, record: { session: '%Y', segmentDurationMs: 1000 } }, settings),
    () => pathConfiguration(idle, { ...settings, demandFolder: '/run/a b' }),
    () => pathConfiguration(idle, { ...settings, demandFolder: 'relative' }),
    () => pathConfiguration(idle, { ...settings, recordingsFolder: '/var/$HOME' }),
    () => pathConfiguration(idle, { ...settings, recordingsFolder: '/var/../etc' }),
  ];
  for (const make of bad) expect(make).toThrow(expect.objectContaining({ code: 'bad-params' }));
});

test('what the server prints in its own spelling is the same entry', () => {
  const wanted = pathConfiguration(recording, settings);
  const printed = {
    ...wanted,
    name: 'camera0',
    maxReaders: 0,
    recordSegmentDuration: '1m30.5s',
    recordDeleteAfter: '',
    recordMaxPartSize: '50M',
  };
  expect(holds(printed, wanted)).toBe(true);
  for (const [key, other] of [
    ['record', false],
    ['recordPath', '/elsewhere/%path/%s'],
    ['recordDeleteAfter', '1d'],
    ['runOnUnDemand', 'rm x'],
    ['overridePublisher', undefined],
  ] as const) {
    expect(holds({ ...printed, [key]: other }, wanted), key).toBe(false);
  }
});

test('only cameraN and sourceN are ours', () => {
  expect(['camera0', 'camera12', 'source3'].every(isOurPath)).toBe(true);
  expect(['camera', 'camera0x', 'xcamera0', 'all_others', '~^.*$', 'camera 0', ''].some(isOurPath)).toBe(
    false,
  );
});
