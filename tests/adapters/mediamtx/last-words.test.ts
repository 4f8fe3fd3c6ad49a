import { expect, test } from 'vitest';
import { serverEndTrouble } from '../../../src/adapters/mediamtx/last-words.ts';

/** Printed by MediaMTX 1.20.1 (linux amd64), 2026-11-23; the folder is another one. */
const PORT_TAKEN = [
  '2026/11/23 05:18:23 INF MediaMTX v1.20.1, linux, amd64',
  '2026/11/23 05:18:23 INF configuration loaded from /var/lib/camera-service/media-server/mediamtx.yml',
  '2026/11/23 05:18:23 ERR listen tcp 127.0.0.1:8554: bind: address already in use',
  '2026/11/23 05:18:23 INF waiting for running hooks',
].join('\n');
const BAD_FILE = 'ERR: open /var/lib/x/mediamtx.yml: permission denied';
const BAD_KEY = 'ERR: json: unknown field "nonsense"';

const exited = (exitCode: number | null) => ({ exitCode, signal: null });

test('the last error it told is the reason', () => {
  expect(serverEndTrouble(exited(1), PORT_TAKEN)).toEqual({
    ...{ code: 'media-server-unreachable', reason: 'port_taken' },
    message: 'The media server ended with code 1: listen tcp 127.0.0.1:8554: bind: address already in use',
  });
  expect(serverEndTrouble(exited(1), BAD_KEY)).toMatchObject({ reason: 'configuration_rejected' });
});

test('host paths are left out', () => {
  expect(serverEndTrouble(exited(1), BAD_FILE)).toMatchObject({
    ...{ reason: 'no_permission', message: 'The media server ended with code 1: open …: permission denied' },
  });
});

test('a signal speaks for itself, a silent end says only how', () => {
  expect(serverEndTrouble({ exitCode: null, signal: 'SIGKILL' }, PORT_TAKEN)).toMatchObject({
    ...{ reason: 'media_server_killed', message: 'The media server was ended by SIGKILL' },
  });
  expect(serverEndTrouble(exited(0), '')).toMatchObject({
    ...{ reason: 'media_server_exited', message: 'The media server ended with code 0' },
  });
  expect(serverEndTrouble(exited(null), '')).toMatchObject({ message: 'The media server ended' });
});

test('an endless line is quoted in part', () => {
  expect(serverEndTrouble(exited(1), `ERR: ${'x'.repeat(5000)}`).message.length).toBeLessThan(300);
});
