/**
 * Facts of the actors → notifications. Repeats are left out: a camera is told of only when one of the classic fields
 * changed. Never asks an actor, never throws into one.
 */
import type { CameraId } from '../machines/values.ts';
import type { CameraView, Door, EngineFact } from './door.ts';
import type { NotificationName } from './notifications.ts';
import type { ApiSettings } from './settings.ts';
import { classicCamera } from './shapes/camera-shape.ts';
import { wholeSeconds } from './shapes/common.ts';
import { fileNameOf, finishedFileName } from './shapes/recording-shape.ts';
import type { TraceBatch } from './trace-view.ts';

/** What a slow client has waiting stays small: its queue counts notifications. */
const RECORDS_PER_NOTICE = 50;

/** One notification on its way to every client. */
export interface Notice {
  readonly name: NotificationName;
  readonly device: CameraId;
  /** Whether an unread one of the same name and device may be replaced by this one. */
  readonly coalesces: boolean;
  /** Only for those who asked with subscribe_inspection; others hear everything else. */
  readonly forInspectors?: true;
  /** The frame's text, for a client that reached us under this host. */
  textFor(host: string): string;
}

/** Remembers what clients were last told of each camera. */
export class Notifier {
  readonly #door: Door;
  readonly #settings: ApiSettings;
  readonly #told = new Map<CameraId, string>();
  readonly #fileNames = new Map<string, string>();

  constructor(door: Door, settings: ApiSettings) {
    this.#door = door;
    this.#settings = settings;
    for (const camera of door.cameras()) this.#isNews(camera);
  }

  /** The notification that a fact leads to, if any. */
  noticeOf(fact: EngineFact): Notice | undefined {
    switch (fact.type) {
      case 'camera.changed':
        return this.#isNews(fact.camera) ? this.#cameraNotice(fact.camera) : undefined;
      case 'recording.started': {
        const running = this.#door.camera(fact.camera)?.recording;
        const known =
          running?.session === fact.session ? fileNameOf(fact.session, running.format) : fact.session;
        this.#fileNames.set(fact.session, known);
        return recordingNotice(fact.camera, 'STARTED', known, 0);
      }
      case 'recording.ended': {
        const { recording, session } = fact;
        const named = recording === null ? this.#fileNames.get(session) : finishedFileName(recording);
        if (fact.word !== 'ERROR') this.#fileNames.delete(session);
        return recordingNotice(
          fact.camera,
          fact.word,
          named ?? session,
          wholeSeconds(recording?.durationMs ?? 0),
        );
      }
    }
  }

  #isNews(camera: CameraView): boolean {
    const now = JSON.stringify(classicCamera(camera, 'host', this.#settings));
    if (this.#told.get(camera.device) === now) return false;
    this.#told.set(camera.device, now);
    return true;
  }

  #cameraNotice(camera: CameraView): Notice {
    const texts = new Map<string, string>();
    const textFor = (host: string): string => {
      const text =
        texts.get(host) ?? frame('camera_status_update', classicCamera(camera, host, this.#settings));
      texts.set(host, text);
      return text;
    };
    return { name: 'camera_status_update', device: camera.device, coalesces: true, textFor };
  }
}

/** Records of actors' steps as notifications, each of a bounded size. Their texts are made when somebody hears them. */
export function traceNotices({ texts }: TraceBatch): readonly Notice[] {
  const notices: Notice[] = [];
  for (let start = 0; start < texts.length; start += RECORDS_PER_NOTICE) {
    const few = texts.slice(start, start + RECORDS_PER_NOTICE);
    let text: string | undefined;
    const textFor = () => {
      text ??= `{"jsonrpc":"2.0","method":"inspection_update","params":{"records":[${few.join(',')}]}}`;
      return text;
    };
    notices.push({ name: 'inspection_update', device: '', coalesces: false, forInspectors: true, textFor });
  }
  return notices;
}

/** A notification's text. */
export function frame(name: NotificationName, params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', method: name, params });
}

function recordingNotice(device: CameraId, status: string, filename: string, duration: number): Notice {
  const text = frame('recording_status_update', { device, status, filename, duration });
  return { name: 'recording_status_update', device, coalesces: false, textFor: () => text };
}
