/** Each invariant of chaos is broken once by hand: a check that cannot fail would be none. */
import { expect, test } from 'vitest';
import { Diary } from '../../scripts/chaos/diary.ts';
import { Hearing } from '../../scripts/chaos/hearing.ts';
import { isDefect } from '../../scripts/chaos/house.ts';
import { type Finding, Judge } from '../../scripts/chaos/judge.ts';
import { longestStayMs, PATIENCE } from '../../scripts/chaos/limits.ts';
import type { CameraSeen, Look } from '../../scripts/chaos/look.ts';
import { readOptions } from '../../scripts/chaos/options.ts';
import { Orders } from '../../scripts/chaos/orders.ts';
import { growthOf } from '../../scripts/chaos/resources.ts';
import { type Leftovers, unrestOf } from '../../scripts/chaos/rest.ts';
import { complaintsOf } from '../../scripts/chaos/rules.ts';
import { faultsOf, type PlayedPart } from '../../scripts/chaos/verdict.ts';
import { ServiceError } from '../../src/cli/client.ts';
import type { ListedRecording } from '../support/recordings.ts';

const TOLD = { reason: 'camera_busy', details: 'It is busy.', suggestion: 'Wait.' };
const capture = { role: 'capture', owner: 'camera0', pid: 10 };
const server = { role: 'media-server', owner: 'media-server', pid: 20 };
const hardware = { role: 'cameras', owner: 'cameras', pid: 30 };
const flowing: CameraSeen = {
  device: 'camera0',
  status: 'CONNECTED',
  stream: 'live.flowing',
  reasons: ['call'],
  pid: 10,
  tap: 'available',
  tapAgeMs: 300,
  recording: null,
};
const idle = { ...flowing, stream: 'idle', reasons: [], pid: null };

function look(camera: CameraSeen, processes: Look['after'], more: Partial<Look> = {}): Look {
  return {
    atMs: 0,
    before: processes,
    after: processes,
    told: { ready: 'ready', actors: [], cameras: [camera] },
    paths: [{ name: 'camera0', available: true, inboundBytes: 500 }],
    ...more,
  };
}

const before = look(flowing, [capture, server], {
  paths: [{ name: 'camera0', available: true, inboundBytes: 400 }],
});
const complaints = (seen: Look, last: Look | null = before) =>
  complaintsOf(seen, last).map(({ invariant }) => invariant);
const actor = (machine: string, state: string, ageMs: number, facts = {}) => ({
  actor: `${machine}:camera0`,
  machine,
  state,
  ageMs,
  facts,
});
const withActor = (...seen: ReturnType<typeof actor>[]) =>
  look(flowing, [capture, server], { told: { ready: 'ready', actors: seen, cameras: [flowing] } });

test('a live stream and an idle one are as they should be', () => {
  expect(complaints(look(flowing, [capture, server]))).toEqual([]);
  expect(complaints(look(idle, [server]))).toEqual([]);
});

test('a capture beside a look at the same camera is found, looks at two cameras are none of its business', () => {
  const looks = { role: 'examine', owner: 'camera0', pid: 12 };
  expect(complaintsOf(look(flowing, [capture, server, looks]), null)[0]?.invariant).toBe(
    'There is at most one process that opens camera0',
  );
  const others = [1, 2].map((index) => ({ ...looks, owner: `camera${index}`, pid: 12 + index }));
  expect(complaintsOf(look(flowing, [capture, server, ...others]), null)).toEqual([]);
});

test('two captures of one camera, or two media servers, are found', () => {
  const two = look(flowing, [capture, { ...capture, pid: 11 }, server, { ...server, pid: 21 }]);
  expect(complaints(two)).toEqual([
    'There is at most one process that opens camera0',
    'There is at most one media-server',
  ]);
});

test.each(['idle', 'backoff', 'faulted', 'unavailable'])(
  'a process of a stream that is %s is found',
  (stream) => {
    expect(complaints(look({ ...idle, stream }, [capture]))).toEqual(['A stream that rests has no process']);
  },
);

test('a process that is told and not there is found', () => {
  expect(complaints(look(flowing, [server]))).toEqual(['The process that is told is there']);
  expect(complaints(look({ ...flowing, pid: null }, [capture]))).toEqual(['A live stream has a process']);
});

test('a stream that says it flows and does not is found: no publisher, no bytes, an old picture', () => {
  const gone = look(flowing, [capture], { paths: [{ name: 'camera0', available: false, inboundBytes: 0 }] });
  expect(complaints(gone)).toEqual(['A stream that flows is there at the media server']);
  expect(complaints(before)).toEqual(['The bytes of a stream that flows grow']);
  const old = look({ ...flowing, tapAgeMs: PATIENCE.flowingMs + 1 }, [capture]);
  expect(complaints(old)).toEqual(['The tapped picture of a stream that flows is young']);
});

test('an actor that stays too long is found, and one that may stay is not', () => {
  const stays = 'Nobody stays in a state longer than its limits allow';
  expect(complaints(withActor(actor('recording', 'stopping.closing', 60_000)))).toEqual([stays]);
  expect(complaints(withActor(actor('stream', 'live.suspect', 60_000, { late: ['bytes'] })))).toEqual([
    stays,
  ]);
  expect(complaints(withActor(actor('stream', 'live.suspect', 60_000, { late: ['picture'] })))).toEqual([]);
  expect(complaints(withActor(actor('recording', 'rolling.growing', 600_000)))).toEqual([]);
  expect(complaints(withActor(actor('stream', 'live.republishing.serverUp', 60_000)))).toEqual([stays]);
  expect(complaints(withActor(actor('stream', 'live.republishing.serverDown', 60_000)))).toEqual([]);
  expect(longestStayMs('stream', 'idle')).toBeNull();
});

test('what is seen once is forgiven, what stays for its grace is the verdict, and only the first counts', async () => {
  const judge = new Judge();
  const finding = (key: string): Finding => ({ key, invariant: key, evidence: 'seen', graceMs: 500 });
  judge.hear([finding('a'), finding('b')], 0);
  judge.hear([finding('b')], 300);
  judge.hear([finding('a'), finding('b')], 499);
  expect(judge.verdict).toBeNull();
  judge.forget();
  judge.hear([finding('a'), finding('b')], 600);
  judge.hear([finding('a')], 1200);
  expect(judge.verdict).toMatchObject({ invariant: 'a', evidence: 'seen (for 600 ms)' });
  judge.condemn('another', 'later');
  await expect(judge.violated).rejects.toMatchObject({ invariant: 'a' });
});

test('the log is read for defects', () => {
  expect(isDefect('{"level":"info","msg":"stream:camera0 idle -> starting"}')).toBe(false);
  expect(isDefect('{"level":"error","msg":"call failed"}')).toBe(true);
  expect(isDefect('TypeError: undefined is not a function')).toBe(true);
});

test('what was done is felt by that camera, while it lasts and some time after', () => {
  const diary = new Diary();
  diary.did('unplug', 'camera0', true);
  diary.did('killServer', null);
  const nowMs = Date.now();
  expect(diary.felt('camera0', nowMs, nowMs)).toEqual(['unplug', 'killServer']);
  expect(diary.felt('camera1', nowMs, nowMs)).toEqual(['killServer']);
  expect(diary.felt('camera0', nowMs + 60_000, nowMs + 61_000)).toEqual(['unplug']);
  diary.undid('unplug', 'camera0');
  expect(diary.felt('camera0', nowMs + 60_000, nowMs + 61_000)).toEqual([]);
  expect(diary.felt('camera0', nowMs - 5000, nowMs - 4000)).toEqual([]);
});

test('a recording that was told to stop may have no picture', () => {
  const diary = new Diary();
  const accepted = { session: 'a', camera: 'camera0', durationS: null, orderedAtMs: Date.now() };
  expect(diary.wasStopped(accepted)).toBe(false);
  diary.stopped('camera1');
  expect(diary.wasStopped(accepted)).toBe(false);
  diary.stopped('camera0');
  expect(diary.wasStopped(accepted)).toBe(true);
  expect(diary.wasStopped({ ...accepted, orderedAtMs: Date.now() + 1000 })).toBe(false);
});

test('a client that was told something else than what is, or half a story, is found', () => {
  const camera = { device: 'camera0', status: 'CONNECTED', name: 'C', resolution: '320x240', fps: 10 };
  const hearing = new Hearing();
  hearing.camera({ ...camera, status: 'DISCONNECTED', resolution: '' });
  expect(hearing.differences([camera])).toEqual([
    'camera0 is CONNECTED C 320x240 10, told was DISCONNECTED C without picture 10',
  ]);
  hearing.camera(camera);
  hearing.recording({ filename: 'adopted.mp4', status: 'STOPPED' });
  hearing.recording({ filename: 'a.mp4', status: 'STARTED' });
  // No end yet: its files wait for the disk.
  hearing.recording({ filename: 'a.mp4', status: 'ERROR' });
  expect(hearing.differences([camera])).toEqual(['a STARTED, and its end was not told']);
  hearing.recording({ filename: 'a.ts', status: 'STOPPED' });
  expect(hearing.differences([camera])).toEqual([]);
  hearing.recording({ filename: 'a.mp4', status: 'FAILED' });
  hearing.recording({ filename: 'a.mp4', status: 'STARTED' });
  expect(hearing.differences([camera])).toEqual([
    'a ended twice, now FAILED',
    'a STARTED twice',
    'a STARTED, and its end was not told',
  ]);
});

const left: Leftovers = {
  sessions: [],
  demand: [],
  parts: [],
  configured: [
    { name: 'all_others', record: false },
    { name: 'camera0', record: false },
  ],
};

test('rest is rest, and everything that is left of a round is named', () => {
  const calm = look(idle, [server, hardware]);
  expect(unrestOf(calm, left, ['camera0'])).toEqual([]);
  const busy = look({ ...flowing, status: 'DISCONNECTED', recording: 'INTERRUPTED' }, [capture, server], {
    told: {
      ready: 'partial',
      actors: [actor('snapshot', 'working', 0), actor('viewers', 'held', 0), actor('path', 'writing', 0)],
      cameras: [{ ...flowing, status: 'DISCONNECTED', recording: 'INTERRUPTED' }],
    },
  });
  const leftovers = {
    sessions: ['session1'],
    demand: ['camera0'],
    parts: ['camera0/part'],
    configured: [{ name: 'camera9', record: true }],
  };
  expect(unrestOf(busy, leftovers, ['camera0', 'camera1'])).toEqual([
    'get_system_status says partial',
    'camera0 is DISCONNECTED',
    'the stream of camera0 is live.flowing (call)',
    'the recording of camera0 is INTERRUPTED',
    '1 cameras are told, there are 2',
    'snapshot:camera0 is working',
    'viewers:camera0 is held',
    'path:camera0 is writing',
    'process 10 captures camera0',
    'there is not one cameras',
    'session1 is still wished',
    'the demand file camera0 is there',
    'the part camera0/part was not collected',
    'the media server has the paths camera9',
    'the media server records camera9',
  ]);
  expect(unrestOf({ ...calm, told: null }, left, ['camera0'])).toEqual(['the service gives no answer']);
});

const recording: ListedRecording = {
  filename: 'a.mp4',
  file_size: 1000,
  duration: 2,
  duration_ms: 2000,
  download_url: '',
  session_id: 'a',
  format: 'fmp4',
  outcome: 'completed',
  reason: 'duration_reached',
  parts: [{ filename: 'a.mp4', file_size: 1000, start_time: '', duration_ms: 2000, download_url: '' }],
  gaps: [],
  adoptions: 0,
  warning: null,
};
const part = (from: number, count: number, filename = 'a.mp4'): PlayedPart => ({
  filename,
  frames: Array.from({ length: count }, (_, index) => ({ counter: from + index, epochMs: 0, camera: 0 })),
});

test('a whole recording is faultless, also when the control plane was killed meanwhile', () => {
  expect(faultsOf(recording, [part(5, 20)], [], 2)).toEqual([]);
  expect(faultsOf({ ...recording, adoptions: 2 }, [part(5, 20)], ['killService', 'handOver'], 2)).toEqual([]);
});

test('missing pictures, gaps, wrong lengths and strange ends are faults', () => {
  const gap = { from: '', to: '', cause: 'capture_lost' };
  const torn = [part(5, 10), part(30, 10, 'a_2.mp4')];
  expect(faultsOf({ ...recording, gaps: [gap] }, torn, ['killCapture'], 2)).toEqual([]);
  expect(faultsOf({ ...recording, gaps: [gap] }, torn, ['killService'], 2)).toEqual([
    'it has gaps, and nothing was done: [{"from":"","to":"","cause":"capture_lost"}]',
    'it has 2 parts, and nothing was done',
  ]);
  const skipping = { filename: 'a.mp4', frames: torn.flatMap(({ frames }) => frames) };
  expect(faultsOf(recording, [skipping], ['killServer'], 2)).toEqual([
    'a.mp4 misses pictures in its midst: [[14,30]]',
  ]);
  expect(faultsOf({ ...recording, format: 'mkv', gaps: [gap] }, [skipping], ['killServer'], 2)).toEqual([]);
  expect(faultsOf(recording, [skipping], ['pauseCapture'], 2)).toEqual([]);
  expect(faultsOf(recording, [skipping], ['freeze'], 2)).toEqual([]);
  expect(faultsOf(recording, [{ filename: 'a.mp4', frames: [] }], ['unplug'], 2)).toEqual([
    'a.mp4 has no picture',
  ]);
  expect(faultsOf(recording, [{ filename: 'a.mp4', frames: [null] }], ['unplug'], 2)).toEqual([
    'a.mp4 has pictures that cannot be read',
  ]);
  expect(faultsOf({ ...recording, duration_ms: 9000 }, [part(5, 90)], ['killCapture'], 2)).toEqual([
    'it lasts 9000 ms, 2 s were wished',
  ]);
  expect(faultsOf({ ...recording, duration_ms: 500 }, [part(5, 5)], [], 2)).toEqual([
    'it lasts 500 ms, 2 s were wished',
  ]);
  expect(faultsOf(recording, [part(5, 10)], [], undefined)).toEqual([
    'it has 10 pictures, but tells of 2000 ms',
  ]);
  expect(faultsOf({ ...recording, reason: 'camera_disconnected' }, [part(5, 20)], ['killServer'], 2)).toEqual(
    ['it ended with camera_disconnected, and nothing was done that leads to it'],
  );
  expect(faultsOf({ ...recording, outcome: 'failed', warning: 'cut' }, [part(5, 20)], [], null)).toEqual([
    'its outcome is failed',
    'it ended with duration_reached, and had none',
    'it warns: cut',
  ]);
});

test('what grows from round to round is found, what only varies is not', () => {
  const rounds = (...rssMb: number[]) => rssMb.map((mb) => ({ rssMb: mb, fds: 30 }));
  expect(growthOf('it', rounds(100, 120, 110, 239))).toBeNull();
  expect(growthOf('it', rounds(100, 900))).toBeNull();
  expect(growthOf('it', rounds(100, 120, 110, 241))).toBe(
    'it has 241 MB and 30 open files, at most 240 and 85 are usual',
  );
  expect(growthOf('it', [...rounds(100, 120, 110), { rssMb: 100, fds: 86 }])).toContain('86 open files');
});

test('the options are read, and a wrong one is explained', () => {
  const here = { randomSeed: 5, hasMediaMtx: false };
  expect(readOptions([], here)).toEqual({
    minutes: 10,
    seed: 5,
    round: null,
    server: 'simulator',
    cameras: 3,
    rounds: null,
    shrinks: 10,
    replay: undefined,
    stepsFile: null,
  });
  const words = ['--minutes', '60', '--seed', '9', '--round', '4', '--server', 'mediamtx', '--cameras', '2'];
  const wished = { minutes: 60, seed: 9, round: 4, server: 'mediamtx', cameras: 2 };
  expect(readOptions(words, { ...here, hasMediaMtx: true })).toMatchObject(wished);
  expect(() => readOptions(words, here)).toThrow('There is no MediaMTX');
  expect(() => readOptions(['--seed', 'x'], here)).toThrow(
    /^--seed must be a number.*\nUsage: npm run chaos/,
  );
  expect(() => readOptions(['--seeds', '3'], here)).toThrow(/^Unknown option '--seeds'\.\nUsage/);
  const smaller = ['--path', '0:1:2', '--executed', 'ABC:D'];
  expect(readOptions([...smaller, '--round', '4'], here).replay).toEqual({
    path: '0:1:2',
    executed: 'ABC:D',
  });
  expect(() => readOptions(smaller, here)).toThrow('--path, --executed and --round belong together');
});

test.each([
  [
    'a call that chaos words wrongly',
    { code: -32602, message: 'Invalid params', data: TOLD },
    'Chaos itself asks rightly',
  ],
  ['a refusal without words', { code: -32030, message: 'no', data: {} }, /^Every refusal has a code/],
  ['a refusal in words', { code: -32030, message: 'no', data: TOLD }, null],
])('%s: what it is', async (_, error, invariant) => {
  const judge = new Judge();
  const service = { call: () => Promise.reject(new ServiceError(error)) };
  const orders = new Orders({ isUp: true, life: 1, judge, service } as never, new Diary());
  expect(await orders.send('set_camera_control', {})).toBeNull();
  if (invariant === null) expect(judge.verdict).toBeNull();
  else expect(judge.verdict?.invariant).toMatch(invariant);
});
