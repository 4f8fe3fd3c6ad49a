/** What each state of a stream means. Its attempts and reasons are told; its trouble says why. */
import type { StreamView } from '../../api/door.ts';
import { times, type Words, type WordTable, words } from './words.ts';

const WANTS: Readonly<Record<string, string>> = {
  viewers: 'somebody watches it',
  recording: 'it is recorded',
  snapshot: 'a snapshot was asked for',
  call: 'start_streaming was called',
};

/** `since somebody watches it and it is recorded`. */
export function wantedBy({ reasons }: Pick<StreamView, 'reasons'>): string {
  return reasons.map((reason) => WANTS[reason] ?? reason).join(' and ');
}

const SERVER_BACK = 'the media server answers again';
const ASKED_FOR = 'a viewer, a recording, a snapshot or start_streaming starts it';

export const STREAM_WORDS: WordTable<StreamView> = {
  beginning: words('It begins.'),
  adopting: words(
    'A capture that an earlier life of the service started is looked for.',
    'it is taken over where it still runs',
  ),
  'adopting.waitingForCamera': words(
    'A capture that an earlier life of the service started still runs.',
    'it is taken over when the camera is found on the same device, and ended when it is on another one',
  ),
  unavailable: words(
    'It cannot be started: the camera or the media server is not ready.',
    'both are ready: its path is then written to the media server',
  ),
  provisioning: words('Its path is written to the media server.', 'the media server shows it'),
  idle: (view) => words('Nobody needs it, so nothing runs.', ...failedLast(view), ASKED_FOR),
  examining: words(
    "The camera's own H.264 is looked at before it is copied, once for each picture size and rate.",
    'what was seen of it decides whether it is copied or encoded anew',
  ),
  starting: words('The capture starts.'),
  'starting.waiting': words(
    'The capture runs; its first bytes have not arrived at the media server yet.',
    'they arrive',
  ),
  'starting.waiting.tapping': words(
    'The stream is at the media server; the first picture for snapshots has not come yet.',
    'the first picture comes (from a camera whose H.264 is copied: with its next keyframe)',
  ),
  'starting.waiting.checkingTap': words(
    'No picture came for snapshots: whether the disk is to blame is looked at.',
    'the look is over',
  ),
  'starting.paused': words(
    'The media server went away while the capture was starting; the start waits.',
    SERVER_BACK,
  ),
  live: (view) => words(`It is live, since ${wantedBy(view)}.`),
  'live.flowing': (view) =>
    words(
      `It is live${adopted(view)}: bytes and pictures arrive. It is wanted, since ${wantedBy(view)}.`,
      'it ends some time after nobody wants it any more',
    ),
  'live.suspect': words(
    'It is live, and in doubt: not everything that should arrive does.',
    'it flows again, and all is well',
  ),
  'live.republishing': words(
    'The capture runs, and its way to the media server is broken.',
    'the capture publishes again',
  ),
  'live.republishing.serverDown': words(
    'The capture runs and keeps the camera; the media server is away.',
    SERVER_BACK,
  ),
  'live.lastLook': words(
    'It is live, and nobody seems to want it any more: its readers are listed once more.',
    'it ends when there is none',
  ),
  stopping: words('Its capture is being ended.', 'the process is gone'),
  clearing: words('Its capture failed; what is left of it is being ended.', 'the process is gone'),
  judging: words('Its capture failed; what to do next is decided.'),
  backoff: (view) =>
    words(
      `Attempt ${view.attempts} of ${view.maxAttempts} has failed; the next one waits.`,
      ...stillWanted(view),
      'retry_camera begins it at once',
    ),
  faulted: (view) =>
    words(
      view.attempts > 0 ? `It has failed ${times(view.attempts)}, and rests.` : 'It rests.',
      ...stillWanted(view),
      'a re-plug, or retry_camera, begins it at once',
    ),
  unplugging: words('The camera is gone or switched off: its capture and its path go.', 'both are gone'),
  releasing: words('It ends for good: recording, capture and path go, in this order.', 'all are gone'),
  released: words('Nothing is left of it.'),
};

function adopted({ capture }: StreamView): string {
  return capture?.adopted === true
    ? ', by a capture that an earlier life of the service started (adopted)'
    : '';
}

function failedLast({ trouble, attempts }: StreamView): Words['next'] {
  return trouble !== null && attempts > 0 ? ['it failed last time, and is tried anew when it is wanted'] : [];
}

function stillWanted(view: StreamView): Words['next'] {
  return view.reasons.length === 0
    ? ['nobody wants it now, so that nothing is started then']
    : [`it is wanted, since ${wantedBy(view)}`];
}
