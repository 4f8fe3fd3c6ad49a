/**
 * The one place that hears XState: every step of every actor, through its inspection. From it come since when each actor
 * is where it is, one log line a transition, the flight recorder's records, and a call for those who want to know that
 * something moved. Changes nothing. Which steps are told, and what counts as their cause: docs/recorder.md.
 */
import type { AnyActorRef, AnyMachineSnapshot, AnyTransitionDefinition, InspectionEvent } from 'xstate';
import type { Log } from '../adapters/log/log.ts';
import { transitionLine } from '../adapters/log/transition-line.ts';
import type { TimerView, TraceRecord } from '../api/trace-view.ts';
import { storyPath } from '../machines/state-path.ts';
import { hearSystem } from './hear-system.ts';
import {
  causeWithoutStep,
  contextOf,
  correlationOf,
  HeardActor,
  type HeardEvent,
  isEnd,
  type Message,
  Step,
} from './heard-actor.ts';
import type { Recorder } from './recorder.ts';
import { firstStates, leafIds } from './step-actions.ts';
import type { Timeline } from './timeline.ts';
import { runningTimers } from './timers.ts';

export interface Standing {
  readonly name: string;
  readonly machine: string;
  readonly state: string;
  readonly sinceMonoMs: number;
  readonly parent: string | null;
  readonly ref: AnyActorRef;
}

type Moved = (standing: Standing, from: string | null) => void;

export class Journal {
  readonly #log: Log;
  readonly timeline: Timeline;
  readonly #recorder: Recorder | null;
  readonly #actors = new WeakMap<object, HeardActor>();
  readonly #standings = new Map<string, Standing>();
  readonly #moved: Moved[] = [];
  #steps = 0;

  /** @param recorder null: nothing is recorded */
  constructor(log: Log, timeline: Timeline, recorder: Recorder | null = null) {
    this.#log = log;
    this.timeline = timeline;
    this.#recorder = recorder;
  }

  /** Hears all actors of this one's system, from before its start. Never throws into one. */
  attach(root: AnyActorRef): void {
    hearSystem(root, (heard) => this.#hear(heard));
  }

  #hear(heard: InspectionEvent): void {
    try {
      const ref = heard.actorRef as AnyActorRef;
      if (heard.type === '@xstate.event') this.#sent(heard.sourceRef as AnyActorRef, ref, heard.event);
      else if (heard.type === '@xstate.microstep')
        this.#tookMicrostep(ref, heard.snapshot as AnyMachineSnapshot, heard.event, heard._transitions);
      else if (heard.type === '@xstate.action') this.#acted(ref, heard.action);
      else if (heard.type === '@xstate.snapshot')
        this.#stepped(ref, heard.snapshot as AnyMachineSnapshot, heard.event);
    } catch (error) {
      this.#log.error({ err: error, heard: heard.type }, 'the journal missed a step');
    }
  }

  /** Called after each change of state, in order. */
  onMoved(moved: Moved): void {
    this.#moved.push(moved);
  }

  /** Of all actors together, so far; also those that left the state as it was. */
  get steps(): number {
    return this.#steps;
  }

  /** Where this actor is; undefined once it has ended. */
  standing(ref: AnyActorRef): Standing | undefined {
    return this.#standings.get(ref.sessionId);
  }

  /** Since when it is where it is, by the wall clock as it is set now; 0 once it has ended. */
  sinceAtMs(ref: AnyActorRef): number {
    const sinceMonoMs = this.standing(ref)?.sinceMonoMs;
    return sinceMonoMs === undefined ? 0 : this.timeline.atMs(sinceMonoMs);
  }

  /** All living actors with a machine, parents before children. */
  all(): readonly Standing[] {
    return [...this.#standings.values()];
  }

  /** The timers that run now, by the actor that waits. */
  timers(): ReadonlyMap<AnyActorRef, readonly TimerView[]> {
    const [first] = this.#standings.values();
    if (first === undefined) return new Map();
    return runningTimers(
      first.ref.system,
      this.timeline.monoMs(),
      (ref, type) => this.#actors.get(ref)?.timers.get(type)?.monoMs,
    );
  }

  /** A message is on its way: only now it is known who sent it, and during which step. */
  #sent(sourceRef: AnyActorRef | undefined, targetRef: AnyActorRef, event: HeardEvent): void {
    const source = sourceRef === undefined ? null : this.#heard(sourceRef);
    const target = this.#heard(targetRef);
    const broke = source?.isMachine === true && event.type.startsWith('xstate.error.actor.');
    const step = (broke ? source.stepForNext() : source?.stepWhileSending()) ?? null;
    if (step !== null) this.#settle(step);
    if (broke) this.#end(source); // no snapshot follows
    if (event.type === 'xstate.init' && !target.isMachine) target.startedBy = step?.seq ?? null;
    target.expect({ event, source, cause: step ?? causeWithoutStep(source, event) });
  }

  /** Actions come before the microstep they belong to. Only those that start a timer are looked at. */
  #acted(ref: AnyActorRef, { type, params }: { type: string; params: unknown }): void {
    if (type !== 'xstate.raise' && type !== 'xstate.sendTo') return;
    const { event, delay } = params as { event: HeardEvent; delay?: number };
    if (delay === undefined) return;
    const actor = this.#heard(ref);
    const step = actor.stepForNext();
    const seq = step?.isSettled === true ? step.seq : null;
    actor.timers.set(event.type, { monoMs: this.timeline.monoMs(), seq });
    step?.timers.push({ eventType: event.type, durationMs: delay });
  }

  #tookMicrostep(
    ref: AnyActorRef,
    snapshot: AnyMachineSnapshot,
    event: HeardEvent,
    taken: readonly AnyTransitionDefinition[],
  ): void {
    if (taken.length === 0) return;
    const actor = this.#heard(ref);
    const after = snapshot._nodes;
    const before = actor.nodes ?? firstStates(snapshot.machine.root);
    if (actor.nodes === null)
      actor.stepFor(event).microsteps.push({ taken: [], before: null, after: before });
    actor.stepFor(event).microsteps.push({ taken, before, after });
    actor.nodes = after;
  }

  #stepped(ref: AnyActorRef, { status }: AnyMachineSnapshot, event: HeardEvent): void {
    this.#steps += 1;
    const actor = this.#heard(ref);
    if (!actor.isMachine) return;
    const step = actor.stepFor(event);
    if (event.type === 'xstate.stop') step.message ??= this.#stopOf(actor, event);
    this.#settle(step);
    actor.step = null;
    if (status !== 'active') this.#end(actor);
  }

  /** An end that nobody sends: the owner just ends it, in the middle of a step of its own. */
  #stopOf({ owner }: HeardActor, event: HeardEvent): Message {
    const step = owner?.stepWhileSending() ?? null;
    if (step !== null) this.#settle(step);
    return { event, source: owner, cause: step };
  }

  /** Once per step: when its states are final, and before anything that it sent arrives. */
  #settle(step: Step): void {
    if (step.isSettled) return;
    step.isSettled = true;
    const { actor, message } = step;
    const snapshot = actor.ref.getSnapshot() as AnyMachineSnapshot;
    const nodes = snapshot._nodes;
    if (actor.nodes === null) step.microsteps.push({ taken: [], before: null, after: nodes });
    actor.nodes = nodes;
    const before = actor.state;
    // Most steps leave the states alone: then the path is not made again.
    if (nodes !== actor.settledNodes) actor.state = storyPath(snapshot.value);
    actor.settledNodes = nodes;
    step.nodes = nodes;
    step.from = before ?? '';
    step.to = actor.state ?? '';
    const { trouble = null } = snapshot.context as { trouble?: HeardActor['trouble'] };
    const isNews = trouble !== actor.trouble && trouble?.message !== actor.trouble?.message;
    actor.trouble = trouble;
    step.trouble = trouble?.message ?? null;
    if (snapshot.status !== 'active') step.ended = snapshot.status;
    const isTold = message?.source === null || this.#recorder?.everyStep;
    const hasMoved = before !== actor.state;
    if (hasMoved || isNews || step.ended || (isTold && step.microsteps[0])) this.#record(step);
    if (hasMoved) this.#move(step, before);
    for (const { eventType } of step.timers) actor.timers.get(eventType)!.seq = step.seq;
  }

  #move({ actor, taken, from, to, trouble, record }: Step, before: string | null): void {
    const { name, machine, owner, ref } = actor;
    const sinceMonoMs = this.timeline.monoMs();
    const standing = { name, machine, state: to, sinceMonoMs, parent: owner?.name ?? null, ref };
    this.#standings.set(ref.sessionId, standing);
    const correlationId = record?.correlationId ?? correlationOf(taken) ?? correlationOf(contextOf(ref));
    transitionLine(this.#log, { actor: name, machine, event: taken.type, from, to, correlationId, trouble });
    for (const moved of this.#moved) moved(standing, before);
  }

  /**
   * A record of this step, and of those that led to it without moving their own actors: so a chain has no hole, and
   * what leads to nothing leaves no trace.
   */
  #record(step: Step): TraceRecord | null {
    if (this.#recorder === null || step.record !== null) return step.record;
    const { actor, message, taken: event, from, to, trouble, ended } = step;
    const cause = message?.cause ?? null;
    const causing = cause instanceof Step ? this.#record(cause) : null;
    const inherited =
      causing ?? (typeof cause === 'number' && isEnd(event) ? this.#recorder.record(cause) : null);
    step.record = this.#recorder.add(
      {
        actor: actor.name,
        machine: actor.machine,
        event: event.type,
        from,
        to,
        states: leafIds(step.nodes),
        source: message?.source?.name ?? null,
        cause: causing?.seq ?? (typeof cause === 'number' ? cause : null),
        correlationId:
          correlationOf(event) ?? inherited?.correlationId ?? correlationOf(contextOf(actor.ref)),
        trouble,
        ended,
      },
      { event, microsteps: step.microsteps, timers: step.timers },
    );
    return step.record;
  }

  #end(actor: HeardActor): void {
    actor.hasEnded = true;
    this.#standings.delete(actor.ref.sessionId);
  }

  #heard(ref: AnyActorRef): HeardActor {
    const known = this.#actors.get(ref);
    if (known !== undefined) return known;
    const parentRef = (ref as AnyActorRef & { _parent?: AnyActorRef })._parent;
    const heard = new HeardActor(ref, parentRef === undefined ? null : this.#heard(parentRef));
    this.#actors.set(ref, heard);
    return heard;
  }
}
