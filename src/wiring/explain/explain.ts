/**
 * Where a camera is and what it waits for, in words and as data, from the views of its actors: for somebody who has to
 * know at night without reading logs. Pure.
 */
import type { CameraView, RecordingView, ServiceView, StateView, StreamView } from '../../api/door.ts';
import type { Explanation, NextStep, PlaceView } from '../../api/explanation.ts';
import type { TimerView } from '../../api/trace-view.ts';
import type { Trouble } from '../../machines/errors.ts';
import { NEVER_MS } from '../../machines/recording-facts.ts';
import { CAMERA_WORDS } from './camera-words.ts';
import { DELAY_WORDS } from './delays.ts';
import { RECORDING_WORDS } from './recording-words.ts';
import { HEALTH_WORDS, PROCESS_WORDS, STORAGE_WORDS } from './server-words.ts';
import { STREAM_WORDS } from './stream-words.ts';
import { lengthOf, type Words, wordsFor } from './words.ts';

/** What an explanation is made of beside the views. */
export interface Waiting {
  /** Running delays, by actor. */
  timers(actor: string): readonly TimerView[];
  /** Guards that keep an actor where it is. */
  guards(actor: string): PlaceView['guards'];
}

export function explainCamera(
  camera: CameraView,
  service: ServiceView,
  waiting: Waiting,
): Omit<Explanation, 'chain' | 'allowed'> {
  const places = [
    placeOfCamera(camera, waiting),
    placeOfStream(camera, waiting),
    ...(camera.recording === null ? [] : [placeOfRecording(camera.recording, waiting)]),
    placeOfServer(service, waiting),
    placeOfStorage(service, waiting),
  ];
  return { device: camera.device, name: camera.name, places, summary: summaryOf(camera, service, places) };
}

function placeOfCamera(camera: CameraView, waiting: Waiting): PlaceView {
  const words = wordsFor(CAMERA_WORDS, camera.state, camera);
  return place('camera', `camera:${camera.device}`, camera, words, camera.trouble, waiting);
}

function placeOfStream({ device, stream }: CameraView, waiting: Waiting): PlaceView {
  const words = wordsFor<StreamView>(STREAM_WORDS, stream.state, stream);
  return place('stream', `stream:${device}`, stream, words, stream.trouble, waiting);
}

function placeOfRecording(recording: RecordingView, waiting: Waiting): PlaceView {
  const words = wordsFor(RECORDING_WORDS, recording.state, recording);
  return place('recording', `recording:${recording.session}`, recording, words, recording.trouble, waiting);
}

/** Its process tells what happens to it, its health whether it can be used: both in one place. */
function placeOfServer({ mediaServer }: ServiceView, waiting: Waiting): PlaceView {
  const { process, health, trouble } = mediaServer;
  const ofHealth = wordsFor(HEALTH_WORDS, health.state, mediaServer);
  const ofProcess = process === null ? undefined : wordsFor(PROCESS_WORDS, process.state, mediaServer);
  const quiet = process === null || process.state === 'running';
  const now = [...(quiet ? [] : [ofProcess?.now]), ofHealth?.now].filter((text) => text !== undefined);
  const words: Words = {
    now: now.join(' '),
    next: [...(quiet ? [] : (ofProcess?.next ?? [])), ...(ofHealth?.next ?? [])],
  };
  const state: StateView = {
    state: process === null ? health.state : `process ${process.state}, health ${health.state}`,
    sinceAtMs: health.sinceAtMs,
  };
  return place('media-server', 'media-server', state, words, trouble, waiting);
}

function placeOfStorage({ storage }: ServiceView, waiting: Waiting): PlaceView {
  const words = wordsFor(STORAGE_WORDS, storage.state, storage);
  return place('storage', 'storage', storage, words, storage.trouble, waiting);
}

function place(
  what: PlaceView['what'],
  actor: string,
  { state, sinceAtMs }: StateView,
  words: Words | undefined,
  trouble: Trouble | null,
  waiting: Waiting,
): PlaceView {
  return {
    what,
    actor,
    state,
    sinceAtMs,
    sentence: words?.now ?? `It is in the state ${state}.`,
    trouble,
    next: [...timedSteps(what, waiting.timers(actor)), ...(words?.next ?? []).map(untimed)],
    guards: waiting.guards(actor),
  };
}

/** Soonest first. */
function timedSteps(what: PlaceView['what'], timers: readonly TimerView[]): readonly NextStep[] {
  return timers
    .toSorted((one, other) => one.remainingMs - other.remainingMs)
    .flatMap(({ name, durationMs, remainingMs }) => {
      const happens = durationMs < NEVER_MS ? DELAY_WORDS[what]?.[name] : null;
      return happens ? { sentence: `In ${lengthOf(remainingMs)} ${happens}.`, delay: name, remainingMs } : [];
    });
}

/** A method's name keeps its small letter. */
function untimed(end: string): NextStep {
  const isMethod = /^[a-z]+_/.test(end);
  const begun = isMethod ? end : `${end[0]!.toUpperCase()}${end.slice(1)}`;
  return { sentence: `${begun}.`, delay: null, remainingMs: null };
}

/** The first thing that is wrong, from the hardware up; else what goes on. */
function summaryOf(camera: CameraView, service: ServiceView, places: readonly PlaceView[]): string {
  const { device, name, stream, recording } = camera;
  const of = (what: PlaceView['what']) => places.find((one) => one.what === what);
  const telling = [
    /^(ready|beginning)/.test(camera.state) ? null : of('camera'),
    !/^(healthy|failing)/.test(service.mediaServer.health.state) && stream.reasons.length > 0
      ? of('media-server')
      : null,
    /^(critical|missing)/.test(service.storage.state) && recording !== null ? of('storage') : null,
    recording === null ? null : of('recording'),
    of('stream'),
  ].find((one) => one != null)!;
  const subject = telling.what === 'camera' ? '' : ` ${TOLD_AS[telling.what]}`;
  const why = telling.trouble === null ? '' : ` ${telling.trouble.message}`;
  const [next] = telling.next;
  return `${device} (${name}):${subject} ${telling.sentence}${why}${next === undefined ? '' : ` ${next.sentence}`}`;
}

const TOLD_AS: Readonly<Record<Exclude<PlaceView['what'], 'camera'>, string>> = {
  stream: 'Stream:',
  recording: 'Recording:',
  'media-server': 'Media server:',
  storage: 'Storage:',
};
