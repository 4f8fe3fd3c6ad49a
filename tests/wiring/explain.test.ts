/** What is told of a camera, state by state: nothing is left without words, and the words are right. */

import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, type AnyStateNode, createActor, setup } from 'xstate';
import type { CameraView, ServiceView } from '../../src/api/door.ts';
import type { TimerView } from '../../src/api/trace-view.ts';
import { cameraMachine } from '../../src/machines/camera.ts';
import { mediaServerMachine } from '../../src/machines/media-server.ts';
import { recordingMachine } from '../../src/machines/recording.ts';
import { NEVER_MS } from '../../src/machines/recording-facts.ts';
import { storageMachine } from '../../src/machines/storage.ts';
import { streamMachine } from '../../src/machines/stream.ts';
import { CAMERA_WORDS } from '../../src/wiring/explain/camera-words.ts';
import { DELAY_WORDS } from '../../src/wiring/explain/delays.ts';
import { explainCamera } from '../../src/wiring/explain/explain.ts';
import { closedGuards } from '../../src/wiring/explain/guards.ts';
import { RECORDING_WORDS } from '../../src/wiring/explain/recording-words.ts';
import { HEALTH_WORDS, PROCESS_WORDS, STORAGE_WORDS } from '../../src/wiring/explain/server-words.ts';
import { STREAM_WORDS } from '../../src/wiring/explain/stream-words.ts';
import { lengthOf, type WordTable, wordsFor } from '../../src/wiring/explain/words.ts';
import { cameraView, liveStream, recordingView, serviceView, streamView } from '../support/fake-views.ts';

const statesBelow = (node: AnyStateNode): AnyStateNode[] =>
  Object.values(node.states).flatMap((state) => [state, ...statesBelow(state)]);
const region = (machine: AnyStateMachine, name: string) => machine.root.states[name] as AnyStateNode;

const TABLES: Readonly<Record<string, readonly [AnyStateNode, WordTable<never>, unknown]>> = {
  camera: [cameraMachine.root, CAMERA_WORDS, cameraView('camera0')],
  stream: [streamMachine.root, STREAM_WORDS, streamView()],
  recording: [recordingMachine.root, RECORDING_WORDS, recordingView('camera0')],
  process: [region(mediaServerMachine, 'process'), PROCESS_WORDS, serviceView().mediaServer],
  health: [region(mediaServerMachine, 'health'), HEALTH_WORDS, serviceView().mediaServer],
  storage: [region(storageMachine, 'level'), STORAGE_WORDS, serviceView().storage],
};

describe.each(Object.keys(TABLES))('%s', (name) => {
  const [root, table, view] = TABLES[name]!;
  const path = (node: AnyStateNode) => node.path.slice(root.path.length).join('.');

  test('has words for each of its states, and none for others', () => {
    const states = statesBelow(root).map(path);
    expect(states.filter((state) => wordsFor(table, state, view as never) === undefined)).toEqual([]);
    expect(Object.keys(table).filter((state) => !states.includes(state))).toEqual([]);
  });

  test('says it in whole sentences', () => {
    for (const state of statesBelow(root).map(path)) {
      const { now, next } = wordsFor(table, state, view as never)!;
      expect(now, state).toMatch(/^[A-Z].*\.$/);
      for (const end of next) expect(end, state).toMatch(/^[^A-Z].*[^.]$/);
    }
  });
});

test('each delay of their charts is told, or said to be housekeeping', () => {
  const machines = {
    camera: cameraMachine,
    stream: streamMachine,
    recording: recordingMachine,
    storage: storageMachine,
  };
  for (const [name, machine] of Object.entries({ ...machines, 'media-server': mediaServerMachine })) {
    const delays = Object.keys(machine.implementations.delays);
    expect(delays.length).toBeGreaterThan(0);
    expect(Object.keys(DELAY_WORDS[name]!), name).toEqual(expect.arrayContaining(delays));
  }
});

test.each([
  [0, '0 ms'],
  [850, '850 ms'],
  [3200, '4 s'],
  [119_000, '119 s'],
  [150_000, '3 min'],
  [7_500_000, '2 h 5 min'],
  [7_200_000, '2 h'],
])('%i ms are told as %s', (ms, told) => {
  expect(lengthOf(ms)).toBe(told);
});

const told = (
  camera: Partial<CameraView>,
  timers: Readonly<Record<string, readonly TimerView[]>> = {},
  service: Partial<ServiceView> = {},
) =>
  explainCamera(cameraView('camera0', { name: 'Desk', ...camera }), serviceView(service), {
    timers: (actor) => timers[actor] ?? [],
    guards: () => [],
  });
const timer = (name: string, remainingMs: number): TimerView => ({ name, durationMs: 10_000, remainingMs });
const trouble = (code: 'device-busy' | 'no-permission', reason: string, message: string) => ({
  code,
  reason,
  message,
});

describe('the summary', () => {
  test('of a camera in backoff counts its attempts, says why, and when the next one begins', () => {
    const busy = trouble('device-busy', 'device_busy', 'Another process uses the camera: cheese (pid 4711).');
    const stream = streamView({ state: 'backoff', attempts: 3, trouble: busy, reasons: ['viewers'] });
    expect(told({ stream }, { 'stream:camera0': [timer('backoff', 3200)] }).summary).toBe(
      'camera0 (Desk): Stream: Attempt 3 of 6 has failed; the next one waits. Another process uses the camera: cheese (pid 4711). In 4 s the next attempt begins.',
    );
  });

  test('of a camera that is switched off says who and how, whatever else is wrong', () => {
    expect(told({ state: 'disabled.present', status: 'DISCONNECTED' }).summary).toBe(
      'camera0 (Desk): It is plugged in and switched off by an operator: nothing opens it. enable_camera switches it on.',
    );
  });

  test('of a recording that waits for its first keyframe', () => {
    const recording = recordingView('camera0', { state: 'rolling.awaitingFile.waiting' });
    const timers = {
      [`recording:${recording.session}`]: [timer('readyTimeout', 9000), timer('closeCheck', 100)],
    };
    expect(told({ recording, stream: liveStream() }, timers).summary).toBe(
      'camera0 (Desk): Recording: The media server records; the file begins with the next keyframe and its first part. In 9 s it ends, unless it goes on before.',
    );
  });

  test('names the media server only where its being away keeps the camera from something', () => {
    const mediaServer = {
      ...serviceView().mediaServer,
      health: { state: 'tripped.open', sinceAtMs: 0 },
      opened: 2,
    };
    const wanted = streamView({ state: 'unavailable', reasons: ['recording'] });
    expect(
      told({ stream: wanted }, { 'media-server': [timer('openTime', 5000)] }, { mediaServer }).summary,
    ).toBe(
      'camera0 (Desk): Media server: It does not answer: nothing is asked of it for a while (the breaker is open, twice in a row). In 5 s it is asked again.',
    );
    expect(told({}, {}, { mediaServer }).summary).toMatch(/^camera0 \(Desk\): Stream: Nobody needs it/);
  });
});

test('places come from the hardware up, each with its state and the soonest step first', () => {
  const { places } = told(
    { stream: liveStream({ state: 'live.suspect.waiting' }) },
    {
      'stream:camera0': [
        timer('suspectLimit', 4000),
        timer('forget', 100),
        { ...timer('faultedRetry', NEVER_MS), durationMs: NEVER_MS },
      ],
    },
  );
  expect(places.map(({ what }) => what)).toEqual(['camera', 'stream', 'media-server', 'storage']);
  expect(places[1]?.next.map(({ sentence }) => sentence)).toEqual([
    'In 4 s the capture is started anew, unless it flows again before.',
    'It flows again, and all is well.',
  ]);
});

test('a guard that does not hold is told with the facts that it read, and no other', () => {
  const machine = setup({
    types: {} as { context: { ready: boolean; attempts: number; names: string[] }; events: { type: 'go' } },
    guards: {
      isReady: ({ context }) => context.ready && context.attempts < 3,
      hasNames: ({ context }) => context.names.length > 9,
      fromEvent: ({ event }, params: { wanted: string }) => event.type === params.wanted,
    },
  }).createMachine({
    context: { ready: false, attempts: 2, names: ['a', 'b'] },
    initial: 'waiting',
    states: {
      waiting: {
        always: [
          { guard: 'isReady', target: 'done', description: 'all is there' },
          { guard: 'hasNames', target: 'done' },
          {
            guard: { type: 'fromEvent', params: ({ event }) => ({ wanted: `not ${event.type}` }) },
            target: 'done',
          },
        ],
      },
      done: {},
    },
  });
  const guards = closedGuards(createActor(machine).start().getSnapshot());
  expect(guards.slice(0, 2)).toEqual([
    { guard: 'isReady', target: 'done', description: 'all is there', facts: { ready: false } },
    { guard: 'hasNames', target: 'done', description: null, facts: { names: 'a, b' } },
  ]);
  expect(guards, 'what an event decides is not told').toHaveLength(2);
});
