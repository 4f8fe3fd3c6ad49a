import { expect, test } from 'vitest';
import { quoted, redact, redactDeep } from '../../src/api/redaction.ts';

test.each([
  ['Cannot open /dev/video0: busy', 'Cannot open <path>: busy'],
  ['see (/run/camera-service/x.log)', 'see (<path>)'],
  ['open:/tmp/x', 'open:<path>'],
  ['file:///home/cam/key', '<path>'],
  ['rtsp://user:pw@10.0.0.1:8554/camera0 failed', 'rtsp://***@10.0.0.1:8554/camera0 failed'],
  ['http://host:8888/camera0/index.m3u8', 'http://host:8888/camera0/index.m3u8'],
  ['use /files/recordings/a.mp4', 'use /files/recordings/a.mp4'],
  ['no answer to GET /v3/info', 'no answer to GET /v3/info'],
  ['read and/or write, 24/7', 'read and/or write, 24/7'],
  ['key csk_0123456789ab_AAAA refused', 'key csk_*** refused'],
  ['bearer eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.sig_na-ture', 'bearer ***'],
  ['password=hunter2 and token: "abc def"', 'password=*** and token: ***'],
  ['a\u0000b\u001b[31m', 'a b [31m'],
])('%j becomes %j', (text, clean) => {
  expect(redact(text)).toBe(clean);
});

test('plain data is cleaned in depth and stays JSON', () => {
  const circular: Record<string, unknown> = {
    path: '/etc/x',
    list: ['/dev/video1', 1n, null],
    call: () => 1,
  };
  circular.self = circular;
  const clean = JSON.stringify(redactDeep(circular));
  expect(clean).toContain('"list":["<path>","1",null]');
  expect(clean).not.toMatch(/etc|dev/);
});

test('what a client sent is quoted in short', () => {
  expect(quoted('x'.repeat(1000))).toHaveLength(69);
});
