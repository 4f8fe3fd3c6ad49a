import { describe, expect, test } from 'vitest';
import { CATALOGUE, type FaultName } from '../../../src/api/rpc/catalogue.ts';
import { ERROR_PLACES } from '../../../src/api/rpc/error-map.ts';
import { RpcFault } from '../../../src/api/rpc/fault.ts';
import { CameraError, ERROR_CODES, type ErrorCode } from '../../../src/machines/errors.ts';
import { streamView } from '../../support/fake-views.ts';
import { openDispatcher } from '../../support/open-dispatcher.ts';

const CODES: Readonly<Record<ErrorCode, number>> = {
  'device-gone': -32050,
  'device-busy': -32050,
  'no-permission': -32050,
  'no-bandwidth': -32050,
  'invalid-format': -32050,
  'encoder-failed': -32050,
  'probe-failed': -32050,
  'device-failing': -32050,
  'decoder-errors': -32050,
  'capture-failed': -32050,
  'media-server-unreachable': -32050,
  'media-server-refused': -32050,
  'outcome-unknown': -32050,
  deadline: -32050,
  storage: -32060,
  'bad-params': -32602,
  'not-found': -32010,
  'wrong-state': -32020,
  cancelled: -32020,
  'missing-program': -32050,
  internal: -32603,
};

async function failing(error: unknown, prepare?: (opened: ReturnType<typeof openDispatcher>) => void) {
  const opened = openDispatcher();
  prepare?.(opened);
  opened.door.fail('startRecording', error);
  const { error: wire } = await opened.call('start_recording', { device: 'camera0' });
  if (wire === undefined) throw new Error('the call did not fail');
  return { wire, log: opened.log };
}

describe.each(Object.keys(ERROR_CODES) as ErrorCode[])('a CameraError %s', (code) => {
  test(`becomes ${CODES[code]} with all fields of the catalogue and the four of ours`, async () => {
    const { wire } = await failing(new CameraError(code, 'The camera did not do it'));
    expect(wire.code).toBe(CODES[code]);
    const entry = CATALOGUE[ERROR_PLACES[code].fault];
    expect(wire.message).toBe(entry.title);
    for (const field of [...entry.fields, 'reason', 'details', 'suggestion', 'correlation_id']) {
      expect(wire.data).toHaveProperty(field);
    }
    expect(wire.data.reason).toBe(code.replaceAll('-', '_'));
    for (const text of ['details', 'suggestion', 'correlation_id']) expect(wire.data[text]).toMatch(/\S{3}/);
  });
});

test('every fault of the catalogue carries its fields even when nobody filled them', () => {
  for (const [name, { fields, code }] of Object.entries(CATALOGUE)) {
    const { data, code: shown } = new RpcFault(name as FaultName, {
      reason: 'x_y',
      details: 'So it is.',
    }).errorObject('id-1');
    expect(shown).toBe(code);
    for (const field of fields) expect(data).toHaveProperty(field);
    expect(data).toMatchObject({
      details: 'So it is.',
      correlation_id: 'id-1',
      suggestion: expect.stringMatching(/\.$/),
    });
  }
});

describe('a state conflict', () => {
  test('says the state, what is allowed instead, and when it is worth another try', async () => {
    const { wire } = await failing(
      new CameraError('wrong-state', 'camera0 waits', { reason: 'stream_backoff' }),
      ({ door, time }) => {
        door.change('camera0', { stream: streamView({ state: 'backoff', retryAtMs: time.wallMs + 1500 }) });
      },
    );
    expect(wire.data).toMatchObject({
      state: 'ready.confirmed',
      allowed_states: ['ready'],
      allowed: ['start_recording', 'take_snapshot'],
      retry_after_ms: 1500,
      reason: 'stream_backoff',
    });
  });

  test('and a failed dependency alike say when the stream is tried again', async () => {
    const { wire } = await failing(
      new CameraError('device-busy', 'Another process holds it'),
      ({ door, time }) => {
        door.change('camera0', { stream: streamView({ state: 'backoff', retryAtMs: time.wallMs + 700.4 }) });
      },
    );
    expect(wire.data).toMatchObject({ dependency: 'camera', retry_after_ms: 701, state: 'ready.confirmed' });
  });

  test('believes what the actor says of itself', async () => {
    const facts = { state: 'disabled', retry_after_ms: 42, allowed_states: ['idle', 'live'] };
    const { wire } = await failing(new CameraError('wrong-state', 'camera0 is disabled', { facts }));
    expect(wire.data).toMatchObject(facts);
  });

  test('names null where waiting helps nothing', async () => {
    const { wire } = await failing(new CameraError('wrong-state', 'no'));
    expect(wire.data.retry_after_ms).toBeNull();
  });
});

test('a not-found names the camera, a dependency its name and detail, storage its bytes, params the parameter', async () => {
  expect((await failing(new CameraError('not-found', 'gone'))).wire.data).toMatchObject({
    resource: 'camera',
    id: 'camera0',
  });
  expect((await failing(new CameraError('media-server-unreachable', 'No answer'))).wire.data).toMatchObject({
    dependency: 'MediaMTX',
    detail: 'No answer',
  });
  expect(
    (await failing(new CameraError('storage', 'Full', { facts: { required_bytes: 900 } }))).wire.data,
  ).toMatchObject({ available_bytes: 750, required_bytes: 900 });
  expect(
    (
      await failing(
        new CameraError('bad-params', 'Too long', { facts: { param: 'filename', rule: 'length' } }),
      )
    ).wire.data,
  ).toMatchObject({ param: 'filename', rule: 'length' });
});

test('further facts of an error are passed on, and cannot displace ours', async () => {
  const facts = { holder: 'obs', reason: 'fake', details: 'fake', correlation_id: 'fake' };
  const { wire } = await failing(
    new CameraError('device-busy', 'Another process holds the camera', { facts }),
  );
  expect(wire.data).toMatchObject({
    holder: 'obs',
    reason: 'device_busy',
    details: 'Another process holds the camera',
  });
  expect(wire.data.correlation_id).not.toBe('fake');
});

test.each([
  new TypeError("Cannot read properties of undefined (reading '/home/cam/secret')"),
  new CameraError('internal', 'ENOENT: no such file, open /var/lib/camera-service/api-keys.json'),
  'a text that was thrown',
  undefined,
])('a foreign error keeps its words to the log: %s', async (error) => {
  const { wire, log } = await failing(error ?? new Error('nothing known'));
  expect(wire).toMatchObject({ code: -32603, message: 'Internal Error' });
  expect(wire.data.request_id).toBe(wire.data.correlation_id);
  expect(JSON.stringify(wire)).not.toMatch(/home|var\/lib|Cannot read|thrown/);
  expect(log.at(-1)).toMatchObject({ level: 'error', facts: { correlation_id: wire.data.correlation_id } });
});

test('paths and secrets that slipped into a message are taken out, facts included', async () => {
  const { wire } = await failing(
    new CameraError(
      'capture-failed',
      'ffmpeg -i /dev/video0 rtsp://user:hunter2@10.0.0.1/cam ended, see /run/cs/ffmpeg.log',
      {
        suggestion: 'Read /etc/motd',
        facts: { command: ['/usr/bin/ffmpeg', 'csk_0123456789ab_secret'], password: 'hunter2', big: 1n },
      },
    ),
  );
  expect(JSON.stringify(wire)).not.toMatch(/\/dev\/|\/run\/|\/etc\/|\/usr\/|hunter2|csk_0/);
});
