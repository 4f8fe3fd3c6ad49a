import { describe, expect, test } from 'vitest';
import { NOTIFICATIONS } from '../../src/api/notifications.ts';
import { type Notice, Notifier } from '../../src/api/notifier.ts';
import { FakeDoor } from '../support/fake-door.ts';
import { finishedRecording, liveStream, recordingView } from '../support/fake-views.ts';
import { TEST_SETTINGS } from '../support/open-api.ts';

function open() {
  const door = new FakeDoor('camera0', 'camera1');
  const notifier = new Notifier(door, TEST_SETTINGS);
  const notices: Notice[] = [];
  door.onFact((fact) => {
    const notice = notifier.noticeOf(fact);
    if (notice !== undefined) notices.push(notice);
  });
  const told = (host = 'cameras.example') => notices.map((notice) => JSON.parse(notice.textFor(host)));
  return { door, told };
}

const declared = (name: string) => NOTIFICATIONS.find((notification) => notification.name === name)!.params;

describe('camera_status_update', () => {
  test('carries exactly the classic fields, plugged and unplugged', () => {
    const { door, told } = open();
    door.unplug('camera0');
    door.plug('camera0');
    expect(told()).toEqual([
      {
        jsonrpc: '2.0',
        method: 'camera_status_update',
        params: {
          device: 'camera0',
          status: 'DISCONNECTED',
          name: 'Camera camera0',
          resolution: '',
          fps: 0,
          streams: {},
        },
      },
      {
        jsonrpc: '2.0',
        method: 'camera_status_update',
        params: {
          device: 'camera0',
          status: 'CONNECTED',
          name: 'Camera camera0',
          resolution: '640x480',
          fps: 30,
          streams: {
            rtsp: 'rtsp://cameras.example:8554/camera0',
            hls: 'http://cameras.example:8888/camera0/index.m3u8',
          },
        },
      },
    ]);
    for (const { params } of told())
      expect(declared('camera_status_update').safeParse(params).success).toBe(true);
  });

  test('is not sent for what clients cannot see, nor twice for the same', () => {
    const { door, told } = open();
    door.change('camera0', { stream: liveStream(), state: 'ready.provisional' });
    door.change('camera0', { recording: recordingView('camera0') });
    expect(told()).toEqual([]);
    door.change('camera0', { status: 'ERROR' });
    door.change('camera0', { status: 'ERROR', state: 'faulted' });
    expect(told()).toHaveLength(1);
  });

  test('tells of a camera that is seen for the first time', () => {
    const { door, told } = open();
    door.plug('camera2');
    expect(told()).toMatchObject([{ params: { device: 'camera2', status: 'CONNECTED' } }]);
  });

  test('names the host by which each client came', () => {
    const { door, told } = open();
    door.change('camera0', { name: 'Door' });
    expect(told('[::1]')[0].params.streams.rtsp).toBe('rtsp://[::1]:8554/camera0');
    expect(told('10.0.0.7')[0].params.streams.rtsp).toBe('rtsp://10.0.0.7:8554/camera0');
  });
});

describe('recording_status_update', () => {
  test('carries exactly the classic fields at start and end', async () => {
    const { door, told } = open();
    await door.startRecording({ cameraId: 'camera0', durationMs: null, format: 'mkv', correlationId: 'x' });
    await door.stopRecording('camera0', 'x');
    const updates = told().filter(({ method }) => method === 'recording_status_update');
    expect(updates).toMatchObject([
      {
        params: {
          device: 'camera0',
          status: 'STARTED',
          filename: 'camera0_2026-11-23_04-28-00.mkv',
          duration: 0,
        },
      },
      { params: { device: 'camera0', status: 'STOPPED', duration: 4 } },
    ]);
    for (const { params } of updates)
      expect(declared('recording_status_update').safeParse(params).success).toBe(true);
  });

  test.each([[['FAILED']], [['ERROR', 'FAILED']]] as const)(
    'of a failure without a sidecar keeps the name that was told at the start: %s',
    (words) => {
      const { door, told } = open();
      const recording = recordingView('camera0');
      door.change('camera0', { recording });
      door.emit({ type: 'recording.started', camera: 'camera0', session: recording.session });
      const { session } = recording;
      for (const word of words)
        door.emit({ type: 'recording.ended', camera: 'camera0', session, recording: null, word });
      const filename = 'camera0_2026-11-23_04-28-00.mp4';
      expect(
        told()
          .slice(-words.length)
          .map(({ params }) => params),
      ).toEqual(words.map((status) => ({ device: 'camera0', status, filename, duration: 0 })));
    },
  );

  test('names the real first file of a finished recording', () => {
    const { door, told } = open();
    const recording = finishedRecording('camera0', {
      durationMs: 59_600,
      parts: [{ file: 'odd-name.ts', startedAtMs: 0, durationMs: 59_600, sizeBytes: 1 }],
    });
    door.emit({
      type: 'recording.ended',
      camera: 'camera0',
      session: recording.session,
      recording,
      word: 'ERROR',
    });
    expect(told()[0].params).toMatchObject({ filename: 'odd-name.ts', duration: 60, status: 'ERROR' });
  });
});
