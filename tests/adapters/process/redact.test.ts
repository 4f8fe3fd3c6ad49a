import { expect, test } from 'vitest';
import { redactCommand, redactSecrets } from '../../../src/adapters/process/redact.ts';

const SECRET = 'hunter2hunter2';

test.each([
  `rtsp://admin:${SECRET}@10.0.0.9:554/stream?x=1`,
  `rtsp://${SECRET}@10.0.0.9/stream`,
  `http://u:p@${SECRET}@host/`,
  `rtsp://127.0.0.1:8554/camera0?jwt=${SECRET}&x=1`,
  `GET /files/a.mp4?ticket=${SECRET}`,
  `{"auth_token":"${SECRET}","id":1}`,
  `{"msg":"got {\\"password\\":\\"${SECRET}\\"}"}`,
  `{"apiKey": "${SECRET}"}`,
  `Authorization: Bearer ${SECRET}`,
  `X-API-Key: ${SECRET}`,
  `jwt_secret: ${SECRET}`,
  `password='${SECRET}'`,
  `Basic ${Buffer.from(`admin:${SECRET}`).toString('base64')} hunter2`.replace(' hunter2', ''),
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.hunter2hunter2',
])('no secret is left in %s', (text) => {
  const clean = redactSecrets(text);
  expect(clean).not.toContain(SECRET);
  expect(clean).not.toContain(Buffer.from(`admin:${SECRET}`).toString('base64'));
  expect(clean).toContain('<redacted>');
});

test.each([
  'rtsp://127.0.0.1:8554/camera0',
  '{"reason":"token_expired","code":-32001}',
  'camera0: the token has expired',
  '/dev/v4l/by-id/usb-046d_0825-video-index0',
  'mail@example.org wrote at 12:30',
  '{"tokens_left":5}',
  '{"token":null}',
])('%s has no secret and stays as it is', (text) => {
  expect(redactSecrets(text)).toBe(text);
});

test('a redacted line of JSON is still JSON', () => {
  const line = JSON.stringify({
    msg: `said {"token":"${SECRET}"} to rtsp://a:${SECRET}@h/ with "quotes"`,
    token: `a"b\\c${SECRET}`,
    password: 12345678,
    nested: { api_key: SECRET },
  });
  const clean = redactSecrets(line);
  expect(clean).not.toContain(SECRET);
  expect(clean).not.toContain('12345678');
  expect(JSON.parse(clean).nested).toEqual({ api_key: '<redacted>' });
});

test('values known to be secret are hidden wherever they stand', () => {
  expect(redactSecrets(`argument ${SECRET} of it`, [SECRET])).toBe('argument <redacted> of it');
  expect(redactSecrets('abc abc', ['', 'abc'])).toBe('abc abc');
});

test('a command stays readable without its secrets', () => {
  const command = redactCommand('ffmpeg', [
    '-i',
    `rtsp://a:${SECRET}@h/x`,
    '--password',
    SECRET,
    '-metadata',
    'title=a b',
    '',
  ]);
  expect(command).toBe('ffmpeg -i rtsp://<redacted>@h/x --password <redacted> -metadata "title=a b" ""');
});
