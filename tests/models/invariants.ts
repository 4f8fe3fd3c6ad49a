/** What holds in every snapshot of every generated path, per machine. */
import type { AnyMachineSnapshot } from 'xstate';

type Invariants = Readonly<Record<string, (snapshot: AnyMachineSnapshot) => boolean>>;

const has = (snapshot: AnyMachineSnapshot, child: string) => snapshot.children[child] !== undefined;
/** Whether the last test of the folders saw both; false also where it saw one of them. */
const seen = ({ context: { folders } }: AnyMachineSnapshot, both: boolean) =>
  folders !== null && (folders.demand && folders.recording) === both;
const within = (snapshot: AnyMachineSnapshot, ...states: string[]) =>
  states.some((state) => snapshot.matches(state));

export const INVARIANTS: Readonly<Record<string, Invariants>> = {
  stream: {
    'a capture is watched only while one may run': (snapshot) =>
      !has(snapshot, 'capture') ||
      within(snapshot, 'starting', 'live', 'stopping', 'clearing', 'unplugging', 'releasing', 'released'),
    'a live stream has a capture': (snapshot) => !within(snapshot, 'live') || has(snapshot, 'capture'),
    'a stopped stream knows no process': (snapshot) =>
      !within(snapshot, 'idle', 'backoff', 'faulted') || snapshot.context.process === null,
    'flowing means a server, and a path that was not seen gone': (snapshot) =>
      !snapshot.matches({ live: 'flowing' }) ||
      (snapshot.context.server !== null && snapshot.context.observation?.available !== false),
    'flowing means that nothing is late': (snapshot) =>
      !snapshot.matches({ live: 'flowing' }) || snapshot.context.late.length === 0,
    'nothing is recorded without a session': (snapshot) =>
      snapshot.context.record === null || snapshot.context.session !== null,
    'what is not plugged in has no path': (snapshot) =>
      snapshot.context.plan !== null || snapshot.context.entry === null || snapshot.context.expected === true,
    'an idle stream has no reason to be live, and a media server': (snapshot) =>
      !snapshot.matches('idle') ||
      (snapshot.context.reasons.length === 0 && snapshot.context.server !== null),
    'a fault says why': (snapshot) => !snapshot.matches('faulted') || snapshot.context.trouble !== null,
  },
  recording: {
    'every end has a reason': (snapshot) =>
      snapshot.status !== 'done' || snapshot.context.reason !== null || snapshot.context.trouble !== null,
    'a completed one has its sidecar': (snapshot) =>
      !snapshot.matches('completed') || snapshot.context.finished !== null,
    'what rolls has no reason to end': (snapshot) =>
      !snapshot.matches('rolling') || snapshot.context.reason === null,
  },
  camera: {
    'a ready camera is plugged in and was probed': (snapshot) =>
      !snapshot.matches('ready') || (snapshot.context.device !== null && snapshot.context.probe !== null),
    'a camera that is not there has no capabilities': (snapshot) =>
      !snapshot.matches('disconnected') ||
      (snapshot.context.device === null && snapshot.context.probe === null),
    'a disabled camera knows it is': (snapshot) =>
      !snapshot.matches('disabled') || snapshot.context.known.disabled,
    'a disabled camera is not probed': (snapshot) =>
      !snapshot.matches('disabled') || (!has(snapshot, 'probe') && !has(snapshot, 'confirm')),
    'a fault says why': (snapshot) => !snapshot.matches('faulted') || snapshot.context.trouble !== null,
  },
  controls: {
    'one question at a time': (snapshot) => Object.keys(snapshot.children).length <= 1,
    'nothing is asked of a camera that is not there': (snapshot) =>
      snapshot.context.target !== null || Object.keys(snapshot.children).length === 0,
    'settled means that nothing drifts and nothing fails': (snapshot) =>
      !within(snapshot, 'settled', 'idle') ||
      (snapshot.context.drifted.length === 0 && snapshot.context.trouble === null),
    'what drifts is named': (snapshot) => !snapshot.matches('drifted') || snapshot.context.drifted.length > 0,
    'a fault says why': (snapshot) => !snapshot.matches('faulted') || snapshot.context.trouble !== null,
    'no order waits where nothing is done': (snapshot) =>
      !within(snapshot, 'absent', 'idle', 'settled', 'backoff', 'drifted', 'faulted') ||
      snapshot.context.orders.length === 0,
  },
  'media-server': {
    'paths are looked at only while it is healthy or failing': (snapshot) =>
      snapshot.matches({ watch: 'off' }) ||
      snapshot.matches({ health: 'healthy' }) ||
      snapshot.matches({ health: 'failing' }),
    'a running managed server is a known process': (snapshot) =>
      !snapshot.matches({ process: 'running' }) || snapshot.context.process !== null,
    'no failures are counted while it is healthy': (snapshot) =>
      !snapshot.matches({ health: 'healthy' }) || snapshot.context.failures === 0,
    'what was stopped has no process': (snapshot) =>
      !snapshot.matches({ process: 'stopped' }) || snapshot.context.process === null,
    'folders are ours exactly where the server is': (snapshot) =>
      snapshot.matches({ folders: 'ours' }) === snapshot.context.managed,
    'folders are tested only while it is healthy or failing': (snapshot) =>
      (!has(snapshot, 'testFolders') && !has(snapshot, 'testFoldersAgain')) ||
      snapshot.matches({ health: 'healthy' }) ||
      snapshot.matches({ health: 'failing' }),
    'folders are called shared only where both were seen': (snapshot) =>
      !snapshot.matches({ folders: 'shared' }) || seen(snapshot, true),
    'folders are called not shared only where one was missed': (snapshot) =>
      !snapshot.matches({ folders: 'notShared' }) || seen(snapshot, false),
  },
  viewers: {
    'who watches was counted': (snapshot) => !snapshot.matches('watching') || snapshot.context.readers > 0,
  },
  rivals: {
    'nobody is looked for without a capture of ours': (snapshot) =>
      snapshot.matches('calm') || snapshot.context.capture !== null,
    'who is ended was found, and named': (snapshot) =>
      !snapshot.matches('ending') ||
      (snapshot.context.rivals.length > 0 && snapshot.context.trouble !== null),
    'nothing is said of anybody in calm': (snapshot) =>
      !snapshot.matches('calm') || snapshot.context.trouble === null,
  },
  path: {
    'what is agreed is what is wanted': (snapshot) =>
      !snapshot.matches('agreed') || snapshot.context.revision > 0,
  },
  service: {
    'ready means that nothing is missing': (snapshot) =>
      !snapshot.matches({ working: 'ready' }) ||
      (snapshot.context.server !== null && snapshot.context.listed),
  },
  snapshot: {
    'a taken one has a file, a failed one a reason': (snapshot) =>
      snapshot.matches('taken')
        ? snapshot.context.saved !== null
        : !snapshot.matches('failed') || snapshot.context.trouble !== null,
  },
};
