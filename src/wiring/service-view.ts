/** The service's own snapshot, and its parts', as the plain views that the front desk reads. */
import type { ActorRefFrom, AnyActorRef, AnyMachineSnapshot } from 'xstate';
import type { FoldersView, MediaServerView, ServiceView, StateView } from '../api/door.ts';
import type { ActorView } from '../api/trace-view.ts';
import { backoffMs } from '../machines/backoff.ts';
import type { discoveryMachine } from '../machines/discovery.ts';
import type { mediaServerMachine } from '../machines/media-server.ts';
import { missingParts, type serviceMachine } from '../machines/service.ts';
import { regionPath, statePath } from '../machines/state-path.ts';
import { type storageMachine, usedPercent } from '../machines/storage.ts';
import type { Journal } from './journal.ts';
import { leafIds } from './step-actions.ts';

export type ServiceRef = ActorRefFrom<typeof serviceMachine>;
type MediaServerRef = ActorRefFrom<typeof mediaServerMachine>;

interface Facts {
  readonly version: string;
  readonly startedAtMs: number;
  /** Which kind of server was found, before it answers. */
  readonly serverKind: MediaServerView['kind'];
}

export function serviceView(ref: ServiceRef, journal: Journal, facts: Facts): ServiceView {
  const snapshot = ref.getSnapshot();
  const children = snapshot.children as Record<string, AnyActorRef | undefined>;
  const mediaServer = children['media-server'] as MediaServerRef;
  return {
    ...standing(ref, snapshot, journal),
    state: statePath(snapshot.value).replace(/^working\./, ''),
    startedAtMs: facts.startedAtMs,
    version: facts.version,
    missingParts: missingParts(snapshot.context, mediaServer.getSnapshot().context.trouble),
    mediaServer: mediaServerView(mediaServer, journal, facts),
    discovery: discoveryView(
      children.discovery as ActorRefFrom<typeof discoveryMachine> | undefined,
      journal,
    ),
    storage: storageView(children.storage as ActorRefFrom<typeof storageMachine>, journal),
  };
}

function standing(ref: AnyActorRef, snapshot: AnyMachineSnapshot, journal: Journal): StateView {
  return { state: statePath(snapshot.value), sinceAtMs: journal.sinceAtMs(ref) };
}

function mediaServerView(ref: MediaServerRef, journal: Journal, facts: Facts): MediaServerView {
  const snapshot = ref.getSnapshot();
  const { context } = snapshot;
  const sinceAtMs = journal.sinceAtMs(ref);
  const health = regionPath(snapshot.value, 'health').replace(/\.(waiting|checking|idle)$/, '');
  const open = health === 'tripped.open';
  const openMs = backoffMs(context.openings, {
    firstMs: context.limits.openMs,
    longestMs: context.limits.openMaxMs,
    jitter: [1, 1],
  });
  return {
    kind: context.info?.kind ?? facts.serverKind,
    version: context.info?.version ?? null,
    pid: context.managed ? (context.process?.pid ?? null) : null,
    process: context.managed ? { state: regionPath(snapshot.value, 'process'), sinceAtMs } : null,
    health: { state: health, sinceAtMs },
    failures: context.failures,
    opened: context.opened,
    retryAtMs: open ? sinceAtMs + openMs : null,
    started: context.info?.started ?? null,
    trouble: context.trouble,
    folders: foldersView(ref),
  };
}

function foldersView(ref: MediaServerRef): FoldersView {
  const { value, context } = ref.getSnapshot();
  const { folders, folderTrouble } = context;
  return {
    state: regionPath(value, 'folders').split('.')[0]!,
    demand: folders?.demand === false ? 'demand_unavailable' : 'available',
    recording: folders?.recording === false ? 'recording_unavailable' : 'available',
    trouble: folderTrouble,
  };
}

function discoveryView(ref: ActorRefFrom<typeof discoveryMachine> | undefined, journal: Journal) {
  if (ref === undefined) return { state: 'notStarted', sinceAtMs: 0, source: null, trouble: null };
  const snapshot = ref.getSnapshot();
  const { source, trouble } = snapshot.context;
  return { ...standing(ref, snapshot, journal), source, trouble };
}

function storageView(ref: ActorRefFrom<typeof storageMachine>, journal: Journal) {
  const snapshot = ref.getSnapshot();
  const { measure, trouble } = snapshot.context;
  return {
    sinceAtMs: journal.sinceAtMs(ref),
    state: regionPath(snapshot.value, 'level'),
    totalBytes: measure?.totalBytes ?? 0,
    availableBytes: measure?.availableBytes ?? 0,
    usedPercent: measure === null ? 0 : usedPercent(measure),
    trouble,
  };
}

/** Names of context facts that are worth seeing and hold no host path and no secret. */
const SHOWN = [
  'attempts',
  'reasons',
  'trouble',
  'tapTrouble',
  'folders',
  'folderTrouble',
  'late',
  'failures',
  'confirmed',
  'openings',
  'opened',
  'restarts',
  'revision',
  'agreedRevision',
  'readers',
  'session',
  'adoptions',
  'interruptions',
  'reason',
  'sizeBytes',
  'source',
  'storageLevel',
  'comeBack',
  'limitMs',
  'subject',
  'crashed',
] as const;

/** Every living actor, parents before children. */
export function actorViews(journal: Journal): readonly ActorView[] {
  const running = journal.timers();
  return journal.all().map(({ name, machine, state, sinceMonoMs, parent, ref }) => {
    const sinceAtMs = journal.timeline.atMs(sinceMonoMs);
    const { context, _nodes } = ref.getSnapshot() as AnyMachineSnapshot;
    const timers = running.get(ref) ?? [];
    const facts = Object.fromEntries(
      SHOWN.filter((key) => context[key] !== undefined && context[key] !== null).map((key) => [
        key,
        context[key],
      ]),
    );
    return { actor: name, machine, state, states: leafIds(_nodes), sinceAtMs, parent, timers, facts };
  });
}
