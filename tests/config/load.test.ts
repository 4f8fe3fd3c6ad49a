import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { loadConfig } from '../../src/config/load.ts';
import { configSchema } from '../../src/config/schema.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

type Variables = Readonly<Record<string, string>>;

async function load(yaml: string | null, environment: Variables = {}) {
  if (yaml === null) return loadConfig({ file: null, environment });
  const file = join(await temporaryFolder(), 'camera-service.yaml');
  await writeFile(file, yaml);
  return loadConfig({ file, environment });
}

async function issuesOf(yaml: string | null, environment: Variables = {}) {
  const error = await load(yaml, environment).then(
    () => new Error('it loaded'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw error;
  for (const issue of error.issues) expect(error.message).toContain(`${issue.where}: ${issue.sentence}`);
  return error.issues;
}

const longSecret = 'correct-horse-battery-staple-and-more';

test('without a file and variables everything has its default', async () => {
  expect(await load(null)).toEqual(configSchema.parse({}));
});

test.each(['', '# nothing yet\n', 'server:\n', 'server: {}\n'])(
  'a file that sets nothing (%j) changes nothing',
  async (yaml) => {
    expect(await load(yaml)).toEqual(configSchema.parse({}));
  },
);

test('the file wins over defaults, the environment over the file, and the rest stays', async () => {
  const config = await load('server:\n  port: 9000\n  host: 127.0.0.1\n', {
    CAMERA_SERVICE_SERVER_PORT: '9001',
  });
  expect(config.server).toEqual({ ...configSchema.parse({}).server, port: 9001, host: '127.0.0.1' });
});

test('variables are numbers, booleans and lists where the key wants them, and plain text where it wants text', async () => {
  const config = await load(null, {
    CAMERA_SERVICE_MEDIAMTX_HLS: 'false',
    CAMERA_SERVICE_MEDIAMTX_HEALTH_JITTER: '[0.5, 2]',
    CAMERA_SERVICE_MEDIAMTX_HEALTH_CHECK_INTERVAL_MS: '50',
    CAMERA_SERVICE_MEDIAMTX_MODE: 'external',
    CAMERA_SERVICE_MEDIAMTX_API_PASSWORD: '0123',
    CAMERA_SERVICE_MEDIAMTX_API_USER: '#a: "b" # c',
    CAMERA_SERVICE_LOGGING_FILE: '',
  });
  expect(config.mediamtx).toMatchObject({
    hls: false,
    health_jitter: [0.5, 2],
    health_check_interval_ms: 50,
    mode: 'external',
    api_password: '0123',
    api_user: '#a: "b" # c',
  });
  expect(config.logging.file).toBe('');
});

test('other variables are none of our business, and the process mark is no setting', async () => {
  const variables = { PATH: '/bin', CAMERA: 'x', CAMERA_SERVICE_MARK: 'id/capture/camera0/n' };
  expect(await load(null, variables)).toEqual(configSchema.parse({}));
});

test.each([
  ['server:\n  prot: 9000\n', 'server.prot', 'server.port'],
  [
    'recording:\n  segment_durations_ms: 9000\n',
    'recording.segment_durations_ms',
    'recording.segment_duration_ms',
  ],
  ['health_port: 9000\n', 'health_port', 'server.health_port'],
  ['servr:\n  port: 9000\n', 'servr', 'server'],
  ['server:\n  tls:\n    key: x\n', 'server.tls', 'mediamtx.hls'],
])('an unknown key is named with its full path and the nearest known one: %j', async (yaml, key, near) => {
  const [issue, ...others] = await issuesOf(yaml);
  expect(issue).toMatchObject({ where: key, sentence: expect.stringContaining('there is no such key') });
  expect(issue?.sentence).toContain(`the nearest is ${near}`);
  expect(others).toEqual([]);
});

test('an unknown variable is an error with the nearest one, and its value is not told', async () => {
  const [issue, ...others] = await issuesOf(null, { CAMERA_SERVICE_SECURITY_JWT_SECERT: longSecret });
  expect(issue?.where).toBe('CAMERA_SERVICE_SECURITY_JWT_SECERT');
  expect(issue?.sentence).toContain('CAMERA_SERVICE_SECURITY_JWT_SECRET');
  expect(issue?.sentence).not.toContain(longSecret);
  expect(others).toEqual([]);
});

test.each([
  ['server:\n  port: 70000\n', 'server.port', ['70000', 'an integer', '1 to 65535']],
  ['server:\n  port: "8002"\n', 'server.port', ['"8002"', 'an integer']],
  ['server:\n  port: 80.5\n', 'server.port', ['80.5', 'an integer']],
  ['server:\n  port:\n', 'server.port', ['no value', 'an integer']],
  ['server:\n  host: ""\n', 'server.host', ['""', 'not empty']],
  ['server:\n  host: 5\n', 'server.host', ['5', 'text']],
  ['server:\n  websocket_path: ws\n', 'server.websocket_path', ['"ws"', 'must start with /']],
  ['camera:\n  probe_timeout_ms: 0\n', 'camera.probe_timeout_ms', ['0', '1 to 86400000 milliseconds']],
  ['capture:\n  log_limit_bytes: 1\n', 'capture.log_limit_bytes', ['1', 'at least 4096 bytes']],
  ['mediamtx:\n  mode: internal\n', 'mediamtx.mode', ['"internal"', 'one of managed, external']],
  ['mediamtx:\n  hls: yes\n', 'mediamtx.hls', ['"yes"', 'true or false']],
  ['mediamtx:\n  health_jitter: [0.5, 20]\n', 'mediamtx.health_jitter', ['[0.5,20]', '[0.1 to 1, 1 to 10]']],
  [
    'paths:\n  data_directory: /var/lib/my cameras\n',
    'paths.data_directory',
    ['/var/lib/my cameras', 'only letters'],
  ],
  ['camera: 5\n', 'camera', ['a section', 'settle_ms']],
  ['camera:\n  settle_ms: [1, 2]\n', 'camera.settle_ms', ['[1,2]', 'an integer']],
])('a bad value is told with its key and with what is allowed: %j', async (yaml, key, words) => {
  const [issue, ...others] = await issuesOf(yaml);
  expect(issue?.where).toBe(key);
  for (const word of words) expect(issue?.sentence).toContain(word);
  expect(others).toEqual([]);
});

test('a bad value from the environment names its variable', async () => {
  const [issue] = await issuesOf(null, { CAMERA_SERVICE_SERVER_PORT: 'http' });
  expect(issue).toEqual({
    where: 'server.port (from CAMERA_SERVICE_SERVER_PORT)',
    sentence: '"http" is not allowed; it must be an integer, 1 to 65535',
  });
});

test('two listeners on one port are told with both keys and the port', async () => {
  const issues = await issuesOf('server:\n  health_port: 8002\nmediamtx:\n  hls_port: 8554\n');
  expect(issues).toEqual([
    {
      where: 'server.port and server.health_port',
      sentence: 'both are 8002; each listener needs a port of its own',
    },
    { where: 'mediamtx.rtsp_port and mediamtx.hls_port', sentence: expect.stringContaining('both are 8554') },
  ]);
});

test('a short secret is refused, an empty and a long one are not, and none is told', async () => {
  const [issue] = await issuesOf('security:\n  jwt_secret: hunter2\n');
  expect(issue?.where).toBe('security.jwt_secret');
  expect(issue?.sentence).toContain('at least 32');
  expect(issue?.sentence).not.toContain('hunter2');
  await load('security:\n  jwt_secret: ""\n');
  expect((await load(`security:\n  jwt_secret: ${longSecret}\n`)).security.jwt_secret).toBe(longSecret);
});

test('a secret of the wrong type is not told either', async () => {
  const issues = await issuesOf('mediamtx:\n  api_password: 987654321\nsecurity: hunter2hunter2\n');
  expect(issues.map((issue) => issue.where)).toEqual(['security', 'mediamtx.api_password']);
  expect(JSON.stringify(issues)).not.toMatch(/987654321|hunter2/);
});

test('limits in the wrong order are refused', async () => {
  const [issue] = await issuesOf('storage:\n  low_percent: 95\n');
  expect(issue).toEqual({
    where: 'storage.low_percent',
    sentence: '95 is more than storage.critical_percent, which is 90',
  });
});

test('all mistakes are told at once', async () => {
  const yaml =
    'servers: {}\nserver:\n  port: x\n  prot: 1\nmediamtx:\n  hls_port: 8554\nsecurity:\n  jwt_secret: short\n';
  const issues = await issuesOf(yaml, { CAMERA_SERVICE_NONE: '1', CAMERA_SERVICE_LOGGING_LEVEL: 'loud' });
  expect(issues.map((issue) => issue.where)).toEqual([
    'servers',
    'server.prot',
    'CAMERA_SERVICE_NONE',
    'server.port',
    'logging.level (from CAMERA_SERVICE_LOGGING_LEVEL)',
    'mediamtx.rtsp_port and mediamtx.hls_port',
    'security.jwt_secret',
  ]);
});

test.each([
  ['server:\n  port: 1\n  - x\n', 'line 3, column'],
  ['server:\n  port: 1\n  port: 2\n', 'line 3, column 3'],
  ['server:\n\tport: 1\n', 'line 2'],
  ['security:\n  jwt_secret: "hunter2', 'line 2'],
])('malformed YAML is told with line and column: %j', async (yaml, where) => {
  const issues = await issuesOf(yaml);
  expect(issues[0]?.where).toContain('camera-service.yaml');
  expect(issues[0]?.sentence).toContain(where);
  expect(issues[0]?.sentence).toMatch(/column \d+: not valid YAML \(/);
  expect(JSON.stringify(issues)).not.toContain('hunter2');
});

test.each(['- a\n- b\n', 'just text\n'])('a file without sections (%j) is refused', async (yaml) => {
  expect((await issuesOf(yaml))[0]?.sentence).toContain('sections');
});

test('a missing file and a folder in its place are named', async () => {
  const folder = await temporaryFolder();
  const missing = join(folder, 'none.yaml');
  expect(() => loadConfig({ file: missing, environment: {} })).toThrow(`${missing}: the file does not exist`);
  expect(() => loadConfig({ file: folder, environment: {} })).toThrow('the file cannot be read (EISDIR)');
});

test('what was loaded cannot be changed', async () => {
  const config = await load(null);
  expect(() => Object.assign(config.server, { port: 1 })).toThrow(TypeError);
  expect(() => Object.assign(config.mediamtx.health_jitter, { 0: 1 })).toThrow(TypeError);
  expect(configSchema.parse({}).server.port).toBe(8002);
});
