/** The stream machine's actors, actions, guards and delays; the chart is in stream.ts. */
import {
  assign,
  cancel,
  enqueueActions,
  fromCallback,
  fromPromise,
  raise,
  sendTo,
  setup,
  stopChild,
} from 'xstate';
import { backoffMs } from './backoff.ts';
import { type Trouble, troubleOf } from './errors.ts';
import { pathMachine } from './path.ts';
import type { PlanLadder } from './plan.ts';
import type { AdoptableCapture } from './ports.ts';
import { recordingMachine } from './recording.ts';
import { goneTrouble, type LossCause, type RecordingEvent } from './recording-setup.ts';
import { parentOf } from './report.ts';
import { rivalsMachine } from './rivals.ts';
import { type SnapshotEvent, type SnapshotInput, snapshotMachine } from './snapshot.ts';
import type { StorageLevel } from './storage.ts';
import { lateTrouble, lossCause } from './stream-causes.ts';
import { failedAtRest, planAfter, planFrom, rungOf } from './stream-plan.ts';
import {
  baselineAt,
  published,
  publishedWith,
  publisherChanged,
  SILENT_REASONS,
  SLOW_CODES,
  type StreamContext,
  type StreamEvent,
  type StreamInput,
} from './stream-values.ts';
import type {
  CameraId,
  CapturePlan,
  H264Stream,
  MediaServerInfo,
  PathObservation,
  ProcessIdentity,
  RecordingEndReason,
  RecordingOrder,
  RecordSettings,
  TappedFrame,
} from './values.ts';
import { viewersMachine } from './viewers.ts';
import { warmupMachine } from './warmup.ts';
import { type WatchdogSubject, watchdogMachine } from './watchdog.ts';

const no = (name: string) => () => Promise.reject(new Error(`${name}: no adapter provided`));

/** Where a session's actor lives among the stream's children. */
export const recordingChild = (session: string) => `recording:${session}`;
export const snapshotChild = (id: string) => `snapshot:${id}`;

const settingsOf = (order: RecordingOrder): RecordSettings => ({
  session: order.session,
  segmentDurationMs: order.segmentDurationMs,
});

/** What was looked at, and what was seen of it. */
export interface Examination {
  readonly plan: CapturePlan;
  readonly stream: H264Stream | null;
}

/** One look at the path. */
type Look = { readonly path: PathObservation | null; readonly monoMs: number; readonly atMs: number };

const agreed = (context: StreamContext): boolean =>
  context.entry !== null && context.agreedRevision === context.revision;

const onSameDevice = ({ found, present }: StreamContext): boolean =>
  found !== null && (present ?? []).includes(found.devicePath);

export const streamSetup = setup({
  types: {} as { context: StreamContext; events: StreamEvent; input: StreamInput },
  actors: {
    path: pathMachine,
    viewers: viewersMachine,
    watchdog: watchdogMachine,
    warmup: warmupMachine,
    rivals: rivalsMachine,
    recording: recordingMachine,
    snapshot: snapshotMachine,
    findCapture: fromPromise<AdoptableCapture | null, CameraId>(no('findCapture')),
    /** Starts or adopts; sends `capture.spawned` and `capture.exited`. Ending it leaves the process alone. */
    runCapture: fromCallback<StreamEvent, { plan: CapturePlan | null; adopt: ProcessIdentity | null }>(
      () => {},
    ),
    /** Sends `frame.tapped`. */
    watchTap: fromCallback<StreamEvent, CameraId>(() => {}),
    stopCapture: fromPromise<void, CameraId>(no('stopCapture')),
    /** Opens the camera for some seconds and looks at its own H.264. */
    examine: fromPromise<Examination, CapturePlan>(no('examine')),
    /** The same for one that failed; gives what its last words say of it. */
    clearCapture: fromPromise<Trouble | null, CameraId>(no('clearCapture')),
    /** Rejects with why when no tap can be written. */
    checkTap: fromPromise<void, CameraId>(no('checkTap')),
    countReaders: fromPromise<number, CameraId>(no('countReaders')),
  },
  actions: {
    // ---- facts
    storeLadder: assign({ ladder: (_, params: { ladder: PlanLadder }) => params.ladder }),
    /** Only while nothing is captured: else it would not be what is captured. */
    choosePlan: assign({
      plan: ({ context }) => (context.ladder === null ? context.plan : planFrom(context.ladder, context)),
    }),
    dropPlan: assign({ ladder: null, plan: null, failedPlans: [] }),
    takeNextPlan: assign(({ context }) => ({
      plan: planAfter(context) ?? context.plan,
      failedPlans: [...context.failedPlans, { plan: context.plan!, trouble: context.trouble! }],
    })),
    /** From the best way on again: what stood in its way may be over. */
    restartLadder: assign({ failedPlans: [] }),
    restAtLadder: assign({ failedPlans: ({ context }) => failedAtRest(context) }),
    reportExamined: sendTo(parentOf, (_, { plan, stream }: Examination) => ({
      type: 'stream.examined',
      mode: { widthPx: plan.widthPx, heightPx: plan.heightPx, rateFps: plan.rateFps },
      stream,
    })),
    storeServer: assign({ server: (_, params: { info: MediaServerInfo }) => params.info }),
    notePresent: assign({ present: (_, params: { devicePaths: readonly string[] }) => params.devicePaths }),
    dropServer: enqueueActions(({ enqueue }) => {
      enqueue.assign({ server: null, observation: null });
      enqueue.sendTo('rivals', { type: 'source.forgotten' });
    }),
    storeFound: assign({ found: (_, params: { found: AdoptableCapture | null }) => params.found }),
    storeProcess: enqueueActions(({ enqueue }, { process }: { process: ProcessIdentity }) => {
      enqueue.assign({ process });
      enqueue.sendTo('rivals', { type: 'capture.changed', capture: process });
    }),
    adoptFound: assign({
      process: ({ context }) => context.found?.process ?? null,
      // What it captures, whatever would be captured now.
      plan: ({ context }) => context.found?.plan ?? context.plan,
      baselineBytes: null,
      late: [],
    }),
    /** What was last seen on the path was this capture's, too. */
    forgetCapture: enqueueActions(({ enqueue }) => {
      enqueue.assign({
        process: null,
        found: null,
        frame: null,
        observation: null,
        baselineBytes: null,
        late: [],
      });
      enqueue.sendTo('rivals', { type: 'capture.changed', capture: null });
    }),
    storeObservation: enqueueActions(({ context, enqueue }, { path, monoMs, atMs }: Look) => {
      enqueue.assign({
        observation: path,
        observedAtMs: atMs,
        baselineBytes: baselineAt(context, path),
      });
      enqueue.sendTo('rivals', { type: 'source.seen', sourceId: path?.sourceId ?? null, monoMs });
    }),
    storeContest: assign({ contest: (_, params: { trouble: Trouble }) => params.trouble }),
    dropContest: assign({ contest: null }),
    forgetObservation: assign({ observation: null, baselineBytes: null }),
    restartBaseline: assign({ baselineBytes: ({ context }) => context.observation?.inboundBytes ?? null }),
    storeFrame: assign({ frame: (_, params: { frame: TappedFrame }) => params.frame, tapTrouble: null }),
    storeTapTrouble: assign({ tapTrouble: (_, params: { error: unknown }) => troubleOf(params.error) }),
    storeTrouble: assign({ trouble: (_, params: { error: unknown }) => troubleOf(params.error) }),
    storeLateTrouble: assign({ trouble: ({ context }) => lateTrouble(context) }),
    clearTrouble: assign({ trouble: null }),
    /** Its own words say more than that nothing came; what an exit was told as stays. */
    storeComplaint: assign({
      trouble: ({ context: { trouble } }, params: { complaint: Trouble | null }) =>
        params.complaint !== null && SILENT_REASONS.includes(trouble?.reason ?? '')
          ? params.complaint
          : trouble,
    }),
    countAttempt: assign({ attempts: ({ context }) => context.attempts + 1 }),
    clearAttempts: assign({ attempts: 0, trouble: null }),
    addLate: assign({
      late: ({ context }, params: { subject: WatchdogSubject }) => [
        ...new Set([...context.late, params.subject]),
      ],
    }),
    removeLate: assign({
      late: ({ context }, params: { subject: WatchdogSubject }) =>
        context.late.filter((s) => s !== params.subject),
    }),
    excuseBytes: assign({ late: ({ context }) => context.late.filter((subject) => subject !== 'bytes') }),
    excuseTap: assign({ late: ({ context }) => context.late.filter((subject) => subject === 'bytes') }),
    comeBackTo: assign({ comeBack: (_, params: { state: StreamContext['comeBack'] }) => params.state }),
    // ---- reasons
    addReason: assign({
      reasons: ({ context }, params: { reason: string }) => [...new Set([...context.reasons, params.reason])],
    }),
    removeReason: assign({
      reasons: ({ context }, params: { reason: string }) =>
        context.reasons.filter((r) => r !== params.reason),
    }),
    startCallTimer: raise(
      { type: 'call.lapsed' },
      {
        id: 'callTimer',
        delay: ({ context }: { context: StreamContext }) => context.limits.callCloseAfterMs,
      },
    ),
    cancelCallTimer: cancel('callTimer'),
    reportFlowing: sendTo(parentOf, { type: 'stream.flowing' }),
    reportCall: sendTo(parentOf, (_, params: { wanted: boolean }) => ({
      type: 'call.changed',
      wanted: params.wanted,
    })),
    // ---- the entry in the server's configuration
    /** `forRecorder`: only when the recorder waits for a newer entry. */
    wantEntry: enqueueActions(({ context, enqueue }, params: { forRecorder: boolean }) => {
      // A camera that went in the moment of arming has no path; its next one says `record` from the start.
      if (params.forRecorder && (context.entry === null || (context.armRevision ?? 0) <= context.revision))
        return;
      const entry = {
        name: context.cameraId,
        demandStartTimeoutMs: context.limits.demandStartTimeoutMs,
        record: context.record,
      };
      // Written again, it would disturb viewers that are held on it.
      if (!params.forRecorder && JSON.stringify(entry) === JSON.stringify(context.entry)) return;
      const revision = context.revision + 1;
      enqueue.assign({ entry, revision });
      enqueue.sendTo('path', { type: 'entry.want', entry, revision });
      enqueue.sendTo(parentOf, { type: 'entry.wanted', name: context.cameraId, entry });
    }),
    wantNoEntry: enqueueActions(({ context, enqueue }) => {
      const revision = context.revision + 1;
      enqueue.assign({ entry: null, revision });
      enqueue.sendTo('path', { type: 'entry.want', entry: null, revision });
      enqueue.sendTo(parentOf, { type: 'entry.wanted', name: context.cameraId, entry: null });
    }),
    noteAgreed: assign({ agreedRevision: (_, params: { revision: number }) => params.revision }),
    arm: assign({
      record: (_, params: { order: RecordingOrder }) => settingsOf(params.order),
      // Resumed or adopted: the entry may say it already.
      armRevision: ({ context }, params: { order: RecordingOrder }) =>
        context.entry?.record?.session === params.order.session ? context.revision : context.revision + 1,
    }),
    disarm: assign({
      record: null,
      // Without a path there is no recorder left to stop.
      armRevision: ({ context }) => (context.entry === null ? context.agreedRevision : context.revision + 1),
    }),
    answerRecorder: enqueueActions(({ context, enqueue }) => {
      if (context.armRevision === null || context.session === null) return;
      if (context.agreedRevision < context.armRevision) return;
      enqueue.assign({ armRevision: null });
      enqueue.sendTo(recordingChild(context.session), {
        type: context.record === null ? 'record.disarmed' : 'record.armed',
      });
    }),
    // ---- the capture
    spawnCapture: enqueueActions(({ context, enqueue }) => {
      enqueue.spawnChild('runCapture', {
        id: 'capture',
        input: { plan: context.plan, adopt: context.found?.process ?? null },
      });
      enqueue.spawnChild('watchTap', { id: 'tap', input: context.cameraId });
      // One that was adopted has run for long.
      if (context.found !== null) return;
      enqueue.assign({ warming: true });
      enqueue.spawnChild('warmup', { id: 'warmup', input: { limitMs: context.limits.warmUpMs } });
    }),
    leaveCapture: stopChild('capture'),
    leaveTap: enqueueActions(({ enqueue }) => {
      enqueue.stopChild('tap');
      enqueue.stopChild('warmup');
      enqueue.assign({ warming: false });
    }),
    /** To those that wait for a picture, and to what judges its brightness. */
    showFrame: enqueueActions(({ context, enqueue }, params: { frame: TappedFrame }) => {
      const { seenMonoMs, luma } = params.frame;
      for (const id of context.snapshots)
        enqueue.sendTo(snapshotChild(id), { type: 'frame.seen', seenMonoMs, warming: context.warming });
      if (context.warming && luma !== null) enqueue.sendTo('warmup', { type: 'frame.seen', luma });
    }),
    endWarmup: enqueueActions(({ context, enqueue }, { settled }: { settled: boolean }) => {
      enqueue.assign({ warming: false });
      enqueue.stopChild('warmup');
      for (const id of context.snapshots) enqueue.sendTo(snapshotChild(id), { type: 'light.known', settled });
    }),
    watchFast: sendTo(parentOf, ({ context }) => ({ type: 'watch.fast', name: context.cameraId })),
    watchSlow: sendTo(parentOf, ({ context }) => ({ type: 'watch.slow', name: context.cameraId })),
    beatBytes: sendTo('bytes', { type: 'beat' }),
    beatFrames: sendTo('frames', { type: 'beat' }),
    beatPicture: sendTo('picture', { type: 'beat' }),
    holdBytes: sendTo('bytes', { type: 'watchdog.hold' }),
    resumeBytes: sendTo('bytes', { type: 'watchdog.resume' }),
    holdTap: enqueueActions(({ enqueue }) => {
      enqueue.sendTo('frames', { type: 'watchdog.hold' });
      enqueue.sendTo('picture', { type: 'watchdog.hold' });
    }),
    // ---- those who wait for the stream
    toViewers: sendTo('viewers', (_, params: { live: boolean }) => ({
      type: params.live ? 'stream.live' : 'stream.notLive',
    })),
    toPath: sendTo('path', (_, params: { up: boolean }) => ({
      type: params.up ? 'server.up' : 'server.down',
    })),
    tellPathServer: enqueueActions(({ context, enqueue }) => {
      if (context.server !== null) enqueue.sendTo('path', { type: 'server.up' });
    }),
    raiseDemand: sendTo('viewers', { type: 'demand.touched' }),
    showReaders: sendTo('viewers', (_, params: { readers: number }) => ({
      type: 'readers.observed',
      ...params,
    })),
    driftToPath: sendTo('path', { type: 'entry.drifted' }),
    tellRecording: enqueueActions(({ context, enqueue }, params: { event: RecordingEvent }) => {
      if (context.session !== null) enqueue.sendTo(recordingChild(context.session), params.event);
    }),
    tellLost: enqueueActions(({ context, enqueue }, params: { atMs: number | null; cause?: LossCause }) => {
      if (context.session === null) return;
      enqueue.sendTo(recordingChild(context.session), {
        type: 'stream.lost',
        cause: params.cause ?? lossCause(context),
        atMs: params.atMs,
      });
    }),
    tellSnapshots: enqueueActions(({ context, enqueue }, params: { event: SnapshotEvent }) => {
      for (const id of context.snapshots) enqueue.sendTo(snapshotChild(id), params.event);
    }),
    tellFaulted: enqueueActions(({ context, enqueue }) => {
      const trouble: Trouble = context.trouble ?? {
        code: 'capture-failed',
        reason: 'stream_faulted',
        message: 'The stream does not work.',
      };
      if (context.session !== null)
        enqueue.sendTo(recordingChild(context.session), { type: 'stream.faulted', trouble });
      for (const id of context.snapshots)
        enqueue.sendTo(snapshotChild(id), { type: 'stream.faulted', trouble });
    }),
    /** A picture that may come back soon is waited for; one of a camera that is gone is not. */
    failSnapshots: enqueueActions(({ context, enqueue }, params: { cause: LossCause }) => {
      const trouble = goneTrouble(params.cause);
      if (trouble === null) return;
      for (const id of context.snapshots)
        enqueue.sendTo(snapshotChild(id), { type: 'stream.faulted', trouble });
    }),
    // ---- children that live as long as their data
    spawnRecording: enqueueActions(({ context, enqueue }, params: { order: RecordingOrder }) => {
      enqueue.assign({ session: params.order.session });
      enqueue.spawnChild('recording', {
        id: recordingChild(params.order.session),
        input: { order: params.order, limits: context.recordingLimits, restored: null },
      });
    }),
    spawnSnapshot: enqueueActions(
      ({ context, enqueue }, params: { snapshot: Omit<SnapshotInput, 'wasLive'>; live: boolean }) => {
        const { snapshot, live } = params;
        enqueue.assign({ snapshots: [...context.snapshots, snapshot.id] });
        enqueue.spawnChild('snapshot', {
          id: snapshotChild(snapshot.id),
          input: { ...snapshot, wasLive: live },
        });
        if (!live) return;
        if (context.tapTrouble !== null)
          enqueue.sendTo(snapshotChild(snapshot.id), { type: 'tap.unavailable' });
        else if (context.frame !== null) {
          enqueue.sendTo(snapshotChild(snapshot.id), {
            type: 'frame.seen',
            seenMonoMs: context.frame.seenMonoMs,
            warming: context.warming,
          });
        }
      },
    ),
    restore: enqueueActions(({ context, enqueue }) => {
      if (context.callWanted) {
        enqueue.assign({ reasons: ['call'] });
        enqueue.raise({ type: 'call.lapsed' }, { id: 'callTimer', delay: context.limits.callCloseAfterMs });
      }
      const running = context.recordingWishes.find(({ ending }) => ending === null);
      const ended = context.recordingWishes.filter((wish) => wish !== running);
      enqueue.assign({
        session: running?.order.session ?? null,
        record: running === undefined ? null : settingsOf(running.order),
        closing: ended.map(({ order }) => order.session),
      });
      for (const wish of context.recordingWishes) {
        enqueue.spawnChild('recording', {
          id: recordingChild(wish.order.session),
          input: { order: wish.order, limits: context.recordingLimits, restored: wish },
        });
      }
    }),
    closeSession: assign({
      session: null,
      record: null,
      armRevision: null,
      closing: ({ context }, params: { session: string }) => [...context.closing, params.session],
    }),
    leaveUnfiled: assign({
      closing: ({ context }, params: { session: string }) =>
        context.closing.filter((session) => session !== params.session),
      unfiled: ({ context }, params: { session: string }) => [...context.unfiled, params.session],
    }),
    tellUnfiled: enqueueActions(({ context, enqueue }) => {
      for (const session of context.unfiled)
        enqueue.sendTo(recordingChild(session), { type: 'storage.usable' });
    }),
    forgetSession: enqueueActions(({ context, enqueue }, params: { session: string }) => {
      const others = (sessions: readonly string[]) => sessions.filter((one) => one !== params.session);
      enqueue.assign({ closing: others(context.closing), unfiled: others(context.unfiled) });
      if (context.session === params.session)
        enqueue.assign({ session: null, record: null, armRevision: null });
    }),
    /** To a session that is not the running one: there is nothing armed for it. */
    answerOther: enqueueActions(({ enqueue }, params: { session: string }) => {
      enqueue.sendTo(recordingChild(params.session), { type: 'record.disarmed' });
    }),
    dropDone: stopChild((_, params: { actorId: string }) => params.actorId),
    /** What a session or snapshot that ended by a defect can no longer take back itself: its reason and its recorder. */
    forgetCrashed: enqueueActions(({ context, enqueue }, { actorId }: { actorId: string }) => {
      enqueue.assign({
        reasons: context.reasons.filter((reason) => reason !== actorId),
        snapshots: context.snapshots.filter((id) => snapshotChild(id) !== actorId),
        closing: context.closing.filter((session) => recordingChild(session) !== actorId),
        unfiled: context.unfiled.filter((session) => recordingChild(session) !== actorId),
      });
      const { session, cameraId } = context;
      if (session === null || actorId !== recordingChild(session)) return;
      enqueue.assign({ session: null, record: null, armRevision: context.revision + 1 });
      enqueue.sendTo(parentOf, { type: 'recording.ended', session, cameraId, finished: null, failed: true });
    }),
    forgetSnapshot: assign({
      snapshots: ({ context }, params: { id: string }) => context.snapshots.filter((id) => id !== params.id),
    }),
    stopRecording: enqueueActions(({ context, enqueue }, params: { reason: RecordingEndReason }) => {
      if (context.session !== null) {
        enqueue.sendTo(recordingChild(context.session), { type: 'recording.stop', reason: params.reason });
      }
    }),
    storeEnding: assign({ ending: (_, params: { reason: RecordingEndReason }) => params.reason }),
    relayStarted: sendTo(parentOf, ({ context }, params: { session: string }) => ({
      type: 'recording.started',
      session: params.session,
      cameraId: context.cameraId,
    })),
    relayUnfiled: sendTo(parentOf, ({ context }, params: { session: string }) => ({
      type: 'recording.unfiled',
      session: params.session,
      cameraId: context.cameraId,
    })),
    relayEnded: sendTo(parentOf, ({ context, event }) => ({ ...event, cameraId: context.cameraId })),
    reportReleased: sendTo(parentOf, { type: 'stream.released' }),
  },
  guards: {
    canProvision: ({ context }) => context.ladder !== null && context.server !== null,
    serverDown: ({ context }) => context.server === null,
    cameraGone: ({ context }) => context.ladder === null,
    entryAgreed: ({ context }) => agreed(context),
    entryWasRefused: ({ context }) => context.trouble?.code === 'media-server-refused',
    agreedAndWasFaulted: ({ context }) => agreed(context) && context.comeBack === 'faulted',
    agreedAndWasWaiting: ({ context }) => agreed(context) && context.comeBack === 'backoff',
    hasReason: ({ context }) => context.reasons.length > 0,
    noReason: ({ context }) => context.reasons.length === 0,
    publishedNow: ({ context }) => published(context),
    notPublishedNow: ({ context }) => !published(context),
    publishedWith: ({ context }, params: { path: PathObservation | null }) =>
      publishedWith(context, params.path),
    tapped: ({ context }) => context.frame !== null || context.tapTrouble !== null,
    grewWith: ({ context }, params: { path: PathObservation | null }) =>
      params.path?.available === true &&
      params.path.inboundBytes !== (context.observation?.inboundBytes ?? 0),
    pathGone: (_, params: { path: PathObservation | null }) => params.path === null || !params.path.available,
    pathWentNow: ({ context }, params: { path: PathObservation | null }) =>
      params.path?.available !== true && context.observation?.available === true,
    publisherChanged: ({ context }, params: { path: PathObservation | null }) =>
      publisherChanged(context, params.path),
    pictureChanged: ({ context }, params: { frame: TappedFrame }) =>
      context.frame?.digest !== params.frame.digest,
    framesLate: ({ context }) => context.late.includes('frames'),
    noneLate: ({ context }) => context.late.length === 0,
    noneLateAndPublished: ({ context }) => context.late.length === 0 && published(context),
    // Bytes that somebody else keeps out are no fault of the capture.
    worthRestart: ({ context: { late, limits, contest } }) =>
      late.includes('frames') ||
      (late.includes('bytes') && contest === null) ||
      (late.includes('picture') && limits.picturePolicy === 'restart'),
    contested: ({ context }) => context.contest !== null,
    toExamine: ({ context }) => rungOf(context)?.toExamine === true,
    hasReasonAndToExamine: ({ context }) => context.reasons.length > 0 && rungOf(context)?.toExamine === true,
    hasFailedPlans: ({ context }) => context.failedPlans.length > 0,
    anotherPlanHelps: ({ context }) => planAfter(context) !== null,
    needsSlowRetry: ({ context }) => SLOW_CODES.includes(context.trouble?.code ?? ''),
    attemptsExhausted: ({ context }) => context.attempts >= context.limits.attempts,
    foundOne: (_, params: { found: AdoptableCapture | null }) => params.found !== null,
    isExpected: ({ context }) => context.expected,
    presentOnSameDevice: ({ context }) => context.found !== null && onSameDevice(context),
    presentElsewhere: ({ context }) =>
      context.found !== null && context.present !== null && !onSameDevice(context),
    hasSession: ({ context }) => context.session !== null,
    noSession: ({ context }) => context.session === null,
    nothingToFinish: ({ context }) => context.session === null && context.closing.length === 0,
    isRunning: ({ context }, params: { session: string }) => context.session === params.session,
    storageIs: (_, params: { found: StorageLevel; level: StorageLevel }) => params.found === params.level,
    somebody: (_, params: { readers: number }) => params.readers > 0,
    entryGone: ({ context }) => context.server === null || context.agreedRevision === context.revision,
    /** Nobody can watch a camera that is away or switched off: that time does not count. */
    stillWatched: ({ context }) => context.plan === null || (context.observation?.readers ?? 0) > 0,
    someLate: ({ context }) => context.late.length > 0,
    hasReasonAndPublished: ({ context }) => context.reasons.length > 0 && published(context),
    pathGoneFramesFine: ({ context }, params: { path: PathObservation | null }) =>
      (params.path === null || !params.path.available) && !context.late.includes('frames'),
  },
  delays: {
    startTimeout: ({ context }) => context.limits.startTimeoutMs,
    lookAgain: ({ context }) => context.limits.lookAgainMs,
    framesLimit: ({ context }) => context.limits.framesLimitMs,
    suspectLimit: ({ context }) => context.limits.suspectLimitMs,
    republishLimit: ({ context }) => context.limits.republishLimitMs,
    forget: ({ context }) => context.limits.forgetMs,
    faultedRetry: ({ context }) => context.limits.faultedRetryMs,
    releaseLimit: ({ context }) => context.limits.releaseLimitMs,
    backoff: ({ context: { attempts, limits } }) =>
      backoffMs(attempts, {
        firstMs: limits.backoffMs,
        longestMs: limits.backoffMaxMs,
        jitter: limits.backoffJitter,
      }),
  },
});
