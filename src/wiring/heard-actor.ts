/** What the journal knows of one actor while it hears it: which messages are on their way to it, and the step it takes. */
import { type AnyActorRef, type AnyMachineSnapshot, StateMachine } from 'xstate';
import type { TraceRecord } from '../api/trace-view.ts';
import type { Microstep, StateNode } from './step-actions.ts';
import type { StartedTimer } from './timers.ts';

export type HeardEvent = { readonly type: string };

/** What brought a message about: a step, a record by its `seq`, or nothing that is known. */
export type Cause = Step | number | null;

export interface Message {
  readonly event: HeardEvent;
  /** null: it came from outside the actors. */
  readonly source: HeardActor | null;
  readonly cause: Cause;
}

/** One event taken by one actor, from its first action to its snapshot. */
export class Step {
  readonly actor: HeardActor;
  readonly event: HeardEvent;
  /** null: nobody sent it; its owner ended the actor. */
  message: Message | null;
  readonly microsteps: Microstep[] = [];
  /** The record shares it: at a start, children begin and are heard before its timers do. */
  readonly timers: StartedTimer[] = [];
  isSettled = false;
  from = '';
  to = '';
  nodes: readonly StateNode[] = [];
  trouble: string | null = null;
  ended: TraceRecord['ended'] = null;
  record: TraceRecord | null = null;

  constructor(actor: HeardActor, event: HeardEvent, message: Message | null) {
    this.actor = actor;
    this.event = event;
    this.message = message;
  }

  /** The event it took: of its first microsteps another one is heard. */
  get taken(): HeardEvent {
    return this.message?.event ?? this.event;
  }

  /** `seq` of its record, or of the nearest one that led to it. */
  get seq(): number | null {
    if (this.record !== null) return this.record.seq;
    const cause = this.message?.cause ?? null;
    return cause instanceof Step ? cause.seq : cause;
  }
}

interface RunningTimer {
  readonly monoMs: number;
  /** Of the record that started it, or of the nearest one that led there. */
  seq: number | null;
}

export class HeardActor {
  readonly ref: AnyActorRef;
  readonly name: string;
  readonly machine: string;
  /** The actor that started it; null: it is the root. */
  readonly owner: HeardActor | null;
  /** Else it is a promise or a callback: it acts, and its steps are nobody's business. */
  readonly isMachine: boolean;
  /** The step it is in the middle of. */
  step: Step | null = null;
  /** Path after its last settled step; null before the first. */
  state: string | null = null;
  trouble: { readonly message: string } | null = null;
  settledNodes: readonly StateNode[] | null = null;
  /** Active states after the last microstep. */
  nodes: readonly StateNode[] | null = null;
  hasEnded = false;
  /** `seq` of what started it; of those that are no machine. */
  startedBy: number | null = null;
  /** Its timers by the type of their events; those that ran out stand here until they run again. */
  readonly timers = new Map<string, RunningTimer>();
  /** In the order in which they will be taken. */
  #inbox: Message[] = [];

  constructor(ref: AnyActorRef, owner: HeardActor | null) {
    this.ref = ref;
    const logic = (ref as AnyActorRef & { logic: unknown }).logic;
    this.isMachine = logic instanceof StateMachine;
    this.machine = logic instanceof StateMachine ? logic.id : '';
    this.owner = owner;
    this.name = nameOf(ref, owner?.name ?? null);
  }

  expect(message: Message): void {
    if (this.hasEnded || !this.isMachine) return;
    if (message.event.type !== 'xstate.init') this.#inbox.push(message);
    // Its first microsteps were taken when it was made, before anybody said so; and it comes before what was sent early.
    else if (this.step !== null) this.step.message = message;
    else this.#inbox.unshift(message);
  }

  /** The step it is in; a new one for this event where it is in none. */
  stepFor(event: HeardEvent): Step {
    if (this.step !== null) return this.step;
    if (this.#inbox[0]?.event === event) return this.#begin(event, this.#inbox.shift()!);
    const place = this.#inbox.findIndex((message) => message.event === event);
    return this.#begin(event, place === -1 ? null : this.#inbox.splice(0, place + 1).at(-1)!);
  }

  /** The step during which it sends; null: a timer of its own does, or it is no machine. */
  stepWhileSending(): Step | null {
    // Of its first step nothing is heard before it sends, unless it took a transition at once.
    return this.#inbox[0]?.event.type === 'xstate.init' ? this.stepForNext() : this.step;
  }

  /** The step it is in; a new one for the message that is next. */
  stepForNext(): Step | null {
    if (this.step !== null) return this.step;
    const message = this.#inbox.shift();
    return message === undefined ? null : this.#begin(message.event, message);
  }

  #begin(event: HeardEvent, message: Message | null): Step {
    this.step = new Step(this, event, message);
    return this.step;
  }
}

/** A name that is a place: `stream:camera0`, `recording:<session>`; small helpers bear their owner's name. */
function nameOf(ref: AnyActorRef, owner: string | null): string {
  const systemId = (ref as AnyActorRef & { systemId?: string }).systemId;
  if (systemId !== undefined) return systemId;
  if (owner === null || ref.id.startsWith('recording:')) return ref.id;
  return `${owner}/${ref.id}`;
}

/** A timer leads back to what started it, the end of an actor's work to what began it. */
export function causeWithoutStep(source: HeardActor | null, event: HeardEvent): Cause {
  if (source === null) return null;
  return isEnd(event) ? source.startedBy : (source.timers.get(event.type)?.seq ?? null);
}

/** Of an invoked actor, as its owner hears of it. */
export function isEnd({ type }: HeardEvent): boolean {
  return type.startsWith('xstate.done.actor.') || type.startsWith('xstate.error.actor.');
}

/** Of the order that an event or an actor carries. */
export function correlationOf(event: object): string | null {
  if ('correlationId' in event && typeof event.correlationId === 'string') return event.correlationId;
  if ('order' in event && typeof event.order === 'object' && event.order !== null)
    return correlationOf(event.order);
  return null;
}

export function contextOf(ref: AnyActorRef): object {
  return (ref.getSnapshot() as AnyMachineSnapshot).context;
}
