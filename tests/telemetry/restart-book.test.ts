import { describe, expect, test } from 'vitest';
import { CaptureBook, serverRestarted } from '../../src/telemetry/restart-book.ts';

/** What is counted of a stream that passes these states. */
function counted(...states: readonly string[]): readonly string[] {
  const told: string[] = [];
  const book = new CaptureBook({
    started: () => told.push('start'),
    restarted: () => told.push('restart'),
    failed: () => told.push('failure'),
  });
  let from = '';
  for (const to of states) {
    book.stepped('camera0', { from, to });
    from = to;
  }
  return told;
}

describe('captures', () => {
  test('a start after a rest is no restart', () => {
    expect(
      counted('idle', 'starting', 'live.flowing', 'stopping', 'provisioning', 'idle', 'starting'),
    ).toEqual(['start', 'start']);
  });

  test('what comes back after a failure is a restart, once', () => {
    const failed = [
      'idle',
      'starting',
      'live.flowing',
      'clearing',
      'backoff',
      'provisioning',
      'idle',
      'starting',
    ];
    expect(counted(...failed)).toEqual(['start', 'failure', 'start', 'restart']);
    expect(counted(...failed, 'live.flowing', 'stopping', 'idle', 'starting').slice(4)).toEqual(['start']);
  });

  test('one that was cut off by an unplug is restarted when the camera is back', () => {
    const away = ['unplugging', 'unavailable', 'provisioning', 'idle', 'starting'];
    expect(counted('starting', 'live.flowing', ...away)).toEqual(['start', 'start', 'restart']);
    expect(counted('idle', ...away)).toEqual(['start']);
  });

  test('steps within a start or within what is live are none', () => {
    const within = [
      'starting.waiting.publishing',
      'starting.waiting.tapping',
      'live.flowing',
      'live.suspect',
    ];
    expect(counted(...within, 'live.flowing')).toEqual(['start']);
  });

  test('a capture that was taken over from an earlier life was not started', () => {
    expect(counted('adopting.looking', 'live.republishing.serverUp', 'live.flowing')).toEqual([]);
  });
});

describe('the media server', () => {
  test.each([
    ['process.notStarted', 'process.launching.spawning', false],
    ['process.adopting', 'process.launching.spawning', false],
    ['process.launching.spawning', 'process.launching.answering', false],
    ['process.running', 'process.launching.spawning', true],
    ['process.ending', 'process.launching.spawning', true],
    ['process.restartBackoff', 'process.launching.spawning', true],
    ['process.launching.answering', 'process.launching.spawning', true],
    ['process.running', 'process.stopping', false],
    ['health.healthy', 'health.failing', false],
  ])('%s to %s: restarted %s', (from, to, expected) => {
    expect(serverRestarted({ from, to })).toBe(expected);
  });
});
