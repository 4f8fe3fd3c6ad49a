/**
 * Hears every step of every actor through XState's inspection: since when each is where it is, one log line a
 * transition, and a call for those who want to know that something moved. Changes nothing.
 */
import type { AnyActorRef, AnyMachineSnapshot, InspectionEvent } from 'xstate';
import type { Log } from '../adapters/log/log.ts';
import { transitionLine } from '../adapters/log/transition-line.ts';
import { storyPath } from '../machines/state-path.ts';
import type { Timeline } from './timeline.ts';

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
  readonly #standings = new Map<string, Standing>();
  readonly #moved: Moved[] = [];
  #steps = 0;

  constructor(log: Log, timeline: Timeline) {
    this.#log = log;
    this.timeline = timeline;
  }

  /** For `createActor(..., {inspect})`. Never throws into an actor. */
  readonly inspect = (event: InspectionEvent): void => {
    if (event.type !== '@xstate.snapshot') return;
    this.#steps += 1;
    const ref = event.actorRef as AnyActorRef;
    const snapshot = event.snapshot as AnyMachineSnapshot;
    if (!('machine' in snapshot) || !('value' in snapshot)) return;
    const before = this.#standings.get(ref.sessionId);
    const state = storyPath(snapshot.value);
    if (before?.state !== state) this.#step(ref, snapshot, state, before, event.event);
    if (snapshot.status !== 'active') this.#standings.delete(ref.sessionId);
  };

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
    const standing = this.standing(ref);
    return standing === undefined ? 0 : this.timeline.atMs(standing.sinceMonoMs);
  }

  /** All living actors with a machine, parents before children. */
  all(): readonly Standing[] {
    return [...this.#standings.values()];
  }

  #step(
    ref: AnyActorRef,
    snapshot: AnyMachineSnapshot,
    state: string,
    before: Standing | undefined,
    cause: { type: string },
  ): void {
    const parentRef = (ref as AnyActorRef & { _parent?: AnyActorRef })._parent;
    // A child may take its first step before its parent's is told.
    const parent =
      parentRef === undefined
        ? null
        : (this.#standings.get(parentRef.sessionId)?.name ?? nameOf(parentRef, null));
    const name = before?.name ?? nameOf(ref, parent);
    const standing: Standing = {
      name,
      machine: snapshot.machine.id,
      state,
      sinceMonoMs: this.timeline.monoMs(),
      parent,
      ref,
    };
    this.#standings.set(ref.sessionId, standing);
    transitionLine(this.#log, {
      actor: name,
      machine: standing.machine,
      event: cause.type,
      from: before?.state ?? '',
      to: state,
      correlationId: correlationOf(cause) ?? correlationOf(snapshot.context),
      trouble: (snapshot.context as { trouble?: { message: string } | null }).trouble?.message,
    });
    for (const moved of this.#moved) moved(standing, before?.state ?? null);
  }
}

/** A name that is a place: `stream:camera0`, `recording:<session>`; small helpers bear their owner's name. */
function nameOf(ref: AnyActorRef, parent: string | null): string {
  const systemId = (ref as AnyActorRef & { systemId?: string }).systemId;
  if (systemId !== undefined) return systemId;
  if (parent === null || ref.id.startsWith('recording:')) return ref.id;
  return `${parent}/${ref.id}`;
}

/** Of the order that an event or an actor carries. */
function correlationOf(event: object): string | null {
  if ('correlationId' in event && typeof event.correlationId === 'string') return event.correlationId;
  if ('order' in event && typeof event.order === 'object' && event.order !== null)
    return correlationOf(event.order);
  return null;
}
