import { expect, test } from 'vitest';
import { regionPath, statePath, storyPath } from '../../src/machines/state-path.ts';

test('a nested state reads as its path', () => {
  expect(statePath('idle')).toBe('idle');
  expect(statePath({ live: 'flowing' })).toBe('live.flowing');
  expect(statePath({ live: { republishing: 'serverUp' } })).toBe('live.republishing.serverUp');
  expect(statePath({ working: {} })).toBe('working');
});

test('parallel regions below the root end the path', () => {
  expect(statePath({ rolling: { growing: { timer: {}, pulse: 'fresh' } } })).toBe('rolling.growing');
});

test('parallel regions at the root stand side by side', () => {
  const value = { process: 'running', health: { healthy: 'waiting' } };
  expect(statePath(value)).toBe('process running, health healthy.waiting');
  expect(regionPath(value, 'health')).toBe('healthy.waiting');
  expect(regionPath(value, 'watch')).toBe('none');
  expect(regionPath('idle', 'watch')).toBe('none');
});

test('a region without a value is told by its name', () => {
  expect(statePath({ process: undefined, health: 'unknown' })).toBe('process, health unknown');
  expect(statePath({ process: undefined })).toBe('process');
});

test('a story leaves out regular looks: it changes only when something happened', () => {
  expect(storyPath('idle')).toBe('idle');
  expect(storyPath({ live: { suspect: 'checkingTap' } })).toBe('live.suspect.checkingTap');
  expect(storyPath({ rolling: { awaitingFile: 'looking' } })).toBe('rolling.awaitingFile');
  const value = { process: 'running', health: { healthy: 'checking' }, watch: 'looking', compare: 'resting' };
  expect(storyPath(value)).toBe('process running, health healthy');
});
