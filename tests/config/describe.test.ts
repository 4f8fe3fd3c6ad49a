import { expect, test } from 'vitest';
import { describeConfig } from '../../src/config/describe.ts';
import { loadConfig } from '../../src/config/load.ts';
import { isPlainPath, serviceFolders } from '../../src/config/paths.ts';
import { configSchema } from '../../src/config/schema.ts';
import { valueAt } from '../../src/config/tree.ts';

const rows = describeConfig();
const row = (key: string) => rows.find((candidate) => candidate.key === key);

test('each key of the configuration has one row with its default, and says what it is about', () => {
  const defaults = configSchema.parse({});
  const keys = Object.entries(defaults).flatMap(([section, keys]) =>
    Object.keys(keys).map((key) => `${section}.${key}`),
  );
  expect(rows.map((found) => found.key)).toEqual(keys);
  for (const found of rows) {
    expect(found.default, found.key).toEqual(valueAt(defaults, found.key));
    expect(found.about, found.key).not.toBe('');
  }
});

test('no two keys share a variable', () => {
  expect(new Set(rows.map((found) => found.environment)).size).toBe(rows.length);
});

test('every key can be set to its default by its variable', () => {
  const variables = rows.map((found) => [
    found.environment,
    typeof found.default === 'string' ? found.default : JSON.stringify(found.default),
  ]);
  expect(loadConfig({ file: null, environment: Object.fromEntries(variables) })).toEqual(
    configSchema.parse({}),
  );
});

test('rows tell type, unit, range and variable', () => {
  expect(row('recording.resume_ms')).toMatchObject({
    type: 'integer',
    unit: 'milliseconds',
    range: '1 to 86400000',
    environment: 'CAMERA_SERVICE_RECORDING_RESUME_MS',
  });
  expect(row('capture.h264_profile')).toMatchObject({
    type: 'choice',
    range: 'baseline, main, high',
    unit: '',
  });
  expect(row('stream.backoff_jitter')).toMatchObject({ type: 'list', range: '[0.1 to 1, 1 to 10]' });
  expect(row('storage.low_percent')).toMatchObject({ type: 'number', unit: 'percent', range: '1 to 100' });
  expect(row('mediamtx.hls')).toMatchObject({ type: 'boolean', default: true });
});

test('secrets are marked as such', () => {
  const secrets = rows.filter((found) => found.secret).map((found) => found.key);
  expect(secrets).toEqual(['security.jwt_secret', 'mediamtx.api_password']);
});

test('folders are absolute, and empty ones lie in the data directory', () => {
  const { paths } = loadConfig({ file: null, environment: { CAMERA_SERVICE_PATHS_DATA_DIRECTORY: 'data' } });
  const folders = serviceFolders({ ...paths, snapshots_directory: '/srv/pictures' });
  expect(folders).toEqual({
    dataDirectory: `${process.cwd()}/data`,
    runtimeDirectory: '/run/camera-service',
    recordingsFolder: `${process.cwd()}/data/recordings`,
    snapshotsFolder: '/srv/pictures',
  });
  expect([
    isPlainPath('/srv/a-b_c.d'),
    isPlainPath('/srv/a b'),
    isPlainPath('/srv/$a'),
    isPlainPath(''),
  ]).toEqual([true, false, false, false]);
});
