/**
 * One actor alone with a fake world: a simulated clock, a parent that collects what the actor reports, and fakes for
 * the actors it calls. Never sleeps: time moves only by `advance`.
 */
import {
  type Actor,
  type AnyActorRef,
  type AnyEventObject,
  type AnyStateMachine,
  type CallbackActorLogic,
  createActor,
  type EventObject,
  fromCallback,
  fromPromise,
  type InputFrom,
  type NonReducibleUnknown,
  type PromiseActorLogic,
  SimulatedClock,
  type StateValue,
} from 'xstate';
import { statePath } from '../../src/machines/state-path.ts';

/** Lets every promise that can settle now settle. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Moves the clock from one due timer to the next, so that a timer started by a timer is met on the millisecond, with
 * all promises settled between.
 */
export async function advance(clock: SimulatedClock, durationMs: number): Promise<void> {
  const endMs = clock.now() + durationMs;
  await settled();
  while (clock.now() < endMs) {
    const dueMs = nextDueMs(clock);
    clock.increment(Math.max(0, Math.min(dueMs, endMs) - clock.now()));
    await settled();
  }
}

/** SimulatedClock keeps its timers to itself; stepping by single milliseconds instead would take minutes. */
function nextDueMs(clock: SimulatedClock): number {
  const { timeouts } = clock as unknown as { timeouts: Map<number, { start: number; timeout: number }> };
  return Math.min(
    Number.POSITIVE_INFINITY,
    ...[...timeouts.values()].map(({ start, timeout }) => start + timeout),
  );
}

/** A root actor that remembers what its child tells it. */
export class Collector {
  readonly events: AnyEventObject[] = [];
  readonly actor: AnyActorRef;

  constructor(clock: SimulatedClock) {
    const logic = fromCallback<AnyEventObject>(({ receive }) => {
      // `xstate.*` is the engine's own news about the child, not a report.
      receive((event) => {
        if (!event.type.startsWith('xstate.')) this.events.push(event);
      });
    });
    this.actor = createActor(logic, { clock }).start();
  }

  /** Types of everything told so far, in order. */
  types(): string[] {
    return this.events.map(({ type }) => type);
  }

  ofType(type: string): AnyEventObject[] {
    return this.events.filter((event) => event.type === type);
  }

  clear(): void {
    this.events.length = 0;
  }
}

export interface Rig<M extends AnyStateMachine> {
  readonly actor: Actor<M>;
  readonly clock: SimulatedClock;
  readonly reports: Collector;
  /** `live.flowing`: the state path that clients see. */
  state(): string;
  /** Sends and lets everything settle. */
  send(event: Parameters<Actor<M>['send']>[0]): Promise<void>;
  /** Simulated milliseconds. */
  advance(durationMs: number): Promise<void>;
}

/** Starts a machine under a collecting parent on a simulated clock. */
export async function startMachine<M extends AnyStateMachine>(
  machine: M,
  input: InputFrom<M>,
  clock = new SimulatedClock(),
): Promise<Rig<M>> {
  const reports = new Collector(clock);
  const options = { input, parent: reports.actor };
  const actor = createActor(machine, options as never) as unknown as Actor<M>;
  actor.start();
  await settled();
  return {
    actor,
    clock,
    reports,
    state: () => statePath((actor.getSnapshot() as { value: StateValue }).value),
    async send(event) {
      actor.send(event);
      await settled();
    },
    advance: (durationMs) => advance(clock, durationMs),
  };
}

interface OpenCall<Output> {
  resolve(output: Output): void;
  reject(error: unknown): void;
}

/** A promise actor whose answers the test gives: by hand, oldest call first, or by `answers` at once. */
export class FakeCall<Output, Input = NonReducibleUnknown> {
  readonly inputs: Input[] = [];
  /** How many calls were given up before they had an answer. */
  aborted = 0;
  /** Answers each call at once when set; may throw. */
  answers: ((input: Input) => Output | Promise<Output>) | null;
  readonly logic: PromiseActorLogic<Output, Input>;
  readonly #open: OpenCall<Output>[] = [];

  constructor(answers: ((input: Input) => Output | Promise<Output>) | null = null) {
    this.answers = answers;
    this.logic = fromPromise<Output, Input>(({ input, signal }) => {
      this.inputs.push(input);
      return this.answers === null ? this.#wait(signal) : Promise.resolve().then(() => this.answers!(input));
    });
  }

  get calls(): number {
    return this.inputs.length;
  }

  get open(): number {
    return this.#open.length;
  }

  /** Answers the oldest open call. */
  async resolve(output: Output): Promise<void> {
    this.#next().resolve(output);
    await settled();
  }

  async reject(error: unknown): Promise<void> {
    this.#next().reject(error);
    await settled();
  }

  #next(): OpenCall<Output> {
    const call = this.#open.shift();
    if (call === undefined) throw new Error('No call is open.');
    return call;
  }

  #wait(signal: AbortSignal): Promise<Output> {
    return new Promise((resolve, reject) => {
      const call = { resolve, reject };
      this.#open.push(call);
      signal.addEventListener('abort', () => {
        const index = this.#open.indexOf(call);
        if (index < 0) return;
        this.#open.splice(index, 1);
        this.aborted += 1;
        reject(new Error('aborted'));
      });
    });
  }
}

/** A callback actor: remembers its inputs, and sends to its machine what the test says. */
export class FakeSource<TEvent extends EventObject, Input = NonReducibleUnknown> {
  readonly inputs: Input[] = [];
  readonly logic: CallbackActorLogic<TEvent, Input>;
  readonly #senders = new Set<(event: TEvent) => void>();

  constructor() {
    this.logic = fromCallback<TEvent, Input>(({ sendBack, input }) => {
      this.inputs.push(input);
      this.#senders.add(sendBack);
      return () => this.#senders.delete(sendBack);
    });
  }

  /** How many are running now. */
  get running(): number {
    return this.#senders.size;
  }

  async send(event: TEvent): Promise<void> {
    if (this.#senders.size === 0) throw new Error(`Nobody runs that could send ${event.type}.`);
    for (const sender of [...this.#senders]) sender(event);
    await settled();
  }
}
