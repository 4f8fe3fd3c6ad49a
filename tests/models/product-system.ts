/**
 * A system of real machines whose whole state is a value: what they send, start, stop and time is carried from one to the
 * other as XState does, in the same order, and nothing runs by itself. Work that a machine begins (a promise, a callback)
 * stands open until somebody says how it ends; a timer stands until somebody lets it fire.
 */
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import type { ModelEvent } from './explore.ts';

export interface Timer {
  readonly actor: string;
  /** The delay's name in the chart, or the type of the event that it raises. */
  readonly name: string;
  readonly event: ModelEvent;
  readonly dueMs: number;
}

/** Work that stands open: a child that is no machine of this system. */
export interface Call {
  readonly address: string;
  readonly parent: string;
  readonly id: string;
  readonly src: string;
  readonly input: unknown;
}

export interface Joint<World> {
  readonly nowMs: number;
  readonly actors: ReadonlyMap<string, AnyMachineSnapshot>;
  readonly timers: ReadonlyMap<string, Timer>;
  readonly calls: ReadonlyMap<string, Call>;
  readonly world: World;
}

export interface Parts<World> {
  readonly root: { readonly machine: AnyStateMachine; readonly input: unknown };
  /** Machines that are played, by what their parents call them; other children are open calls. */
  readonly machines: Readonly<Record<string, AnyStateMachine>>;
  /** Children that keep silent: nothing of what is looked at hangs on when or how they end. */
  readonly silent: ReadonlySet<string>;
  began(run: Run<World>, call: Call): void;
  /** The machine that began it does not wait for it any longer. */
  left(run: Run<World>, call: Call): void;
}

/** How actors know each other. The same in all branches of a walk. */
interface Address {
  readonly address: string;
  readonly id: string;
  readonly sessionId: string;
  readonly _parent: Address | undefined;
  readonly system: unknown;
}

interface Effect {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: parameters of XState's own actions are not public types
  readonly params: any;
}

export const ROOT = 'service';

export class System<World> {
  readonly #parts: Parts<World>;
  readonly #addresses = new Map<string, Address>();
  /** The run under way: what the machines see of each other is read from it. */
  #run: Run<World> | null = null;

  constructor(parts: Parts<World>) {
    this.#parts = parts;
    this.addressOf(ROOT, ROOT, undefined);
  }

  start(world: World): Joint<World> {
    const nothing = { nowMs: 0, actors: new Map(), timers: new Map(), calls: new Map(), world };
    const { machine, input } = this.#parts.root;
    return this.after(nothing, (run) => run.begin(ROOT, machine, input));
  }

  /** What becomes of a situation when this happens, once every message has arrived. */
  after(joint: Joint<World>, act: (run: Run<World>) => void): Joint<World> {
    const run = new Run(this, this.#parts, joint);
    this.#run = run;
    act(run);
    return run.joint();
  }

  addressOf(address: string, id: string, parent: Address | undefined): Address {
    let known = this.#addresses.get(address);
    if (known === undefined) {
      known = { address, id, sessionId: address, _parent: parent, system: this.#engine };
      this.#addresses.set(address, known);
    }
    return known;
  }

  at(address: string): Address {
    return this.#addresses.get(address)!;
  }

  readonly #engine = {
    get: (id: string) => (this.#run?.has(id) === true ? this.at(id) : undefined),
    _bookId: () => 'call',
    _set: () => {},
    _unregister: () => {},
    _sendInspectionEvent: () => {},
    _logger: () => {},
    _clock: null,
  };
}

export class Run<World> {
  world: World;
  nowMs: number;
  readonly #system: System<World>;
  readonly #parts: Parts<World>;
  readonly #actors: Map<string, AnyMachineSnapshot>;
  readonly #timers: Map<string, Timer>;
  readonly #calls: Map<string, Call>;
  readonly #mail = new Map<string, ModelEvent[]>();
  readonly #busy = new Set<string>();

  constructor(system: System<World>, parts: Parts<World>, joint: Joint<World>) {
    this.#system = system;
    this.#parts = parts;
    this.#actors = new Map(joint.actors);
    this.#timers = new Map(joint.timers);
    this.#calls = new Map(joint.calls);
    this.world = joint.world;
    this.nowMs = joint.nowMs;
  }

  joint(): Joint<World> {
    const { nowMs, world } = this;
    return { nowMs, world, actors: this.#actors, timers: this.#timers, calls: this.#calls };
  }

  has(address: string): boolean {
    return this.#actors.has(address);
  }

  snapshot(address: string): AnyMachineSnapshot | undefined {
    return this.#actors.get(address);
  }

  call(address: string): Call | undefined {
    return this.#calls.get(address);
  }

  /** Whoever has ended is not told. */
  send(address: string, event: ModelEvent): void {
    if (!this.#actors.has(address)) return;
    const mail = this.#mail.get(address) ?? [];
    this.#mail.set(address, mail);
    mail.push(event);
    this.#read(address);
  }

  done(call: Call, output: unknown): void {
    if (!this.#calls.delete(call.address)) return;
    this.send(call.parent, { type: `xstate.done.actor.${call.id}`, output, actorId: call.id });
  }

  failed(call: Call, error: unknown): void {
    if (!this.#calls.delete(call.address)) return;
    this.send(call.parent, { type: `xstate.error.actor.${call.id}`, error, actorId: call.id });
  }

  fire(key: string): void {
    const timer = this.#timers.get(key);
    if (timer === undefined) return;
    this.#timers.delete(key);
    this.nowMs = Math.max(this.nowMs, timer.dueMs);
    this.send(timer.actor, timer.event);
  }

  begin(address: string, machine: AnyStateMachine, input: unknown): void {
    const effects: Effect[] = [];
    const snapshot = machine.getInitialSnapshot(
      this.#scope(address, effects) as never,
      input,
    ) as AnyMachineSnapshot;
    this.#busy.add(address);
    this.#keep(address, snapshot, effects, 'its start');
    this.#busy.delete(address);
    this.#read(address);
  }

  /** One event after the other, and none while another one is taken. */
  #read(address: string): void {
    if (this.#busy.has(address)) return;
    const mail = this.#mail.get(address) ?? [];
    for (let event = mail.shift(); event !== undefined; event = mail.shift()) {
      const before = this.#actors.get(address);
      if (before === undefined) return;
      const effects: Effect[] = [];
      this.#busy.add(address);
      const scope = this.#scope(address, effects) as never;
      const next = before.machine.transition(before, event, scope) as AnyMachineSnapshot;
      this.#keep(address, next, effects, event.type);
      this.#busy.delete(address);
    }
  }

  #scope(address: string, effects: Effect[]) {
    const self = this.#system.at(address);
    return {
      self,
      system: self.system,
      id: self.id,
      sessionId: address,
      defer: () => {},
      logger: () => {},
      stopChild: () => {},
      emit: () => {},
      actionExecutor: ({ type, params }: Effect) => effects.push({ type, params }),
    };
  }

  /** What it sent, started and stopped goes out when its step is over: as XState does. */
  #keep(address: string, snapshot: AnyMachineSnapshot, effects: readonly Effect[], why: string): void {
    if (snapshot.status === 'error') throw new Error(`${address} fails on ${why}`, { cause: snapshot.error });
    const self = this.#system.at(address);
    const children = snapshot.children as Record<string, { address?: string; systemId?: string; id: string }>;
    for (const [id, child] of Object.entries(children)) {
      // Only its address is kept: a snapshot is held by thousands of situations.
      if (child.address === undefined)
        children[id] = this.#system.addressOf(child.systemId ?? `${address}/${id}`, id, self);
    }
    this.#actors.set(address, snapshot);
    for (const effect of effects) this.#carryOut(address, effect);
    if (snapshot.status === 'active' || !this.#actors.has(address)) return;
    this.#end(address);
    const { output } = snapshot;
    if (self._parent !== undefined)
      this.send(self._parent.address, { type: `xstate.done.actor.${self.id}`, output, actorId: self.id });
  }

  #carryOut(from: string, { type, params }: Effect): void {
    switch (type) {
      case 'xstate.spawnChild':
        this.#spawn(from, params);
        break;
      case 'xstate.stopChild':
        if (params !== undefined) this.#end(params.address ?? params.systemId ?? `${from}/${params.id}`);
        break;
      case 'xstate.cancel':
        this.#timers.delete(`${from} ${params.sendId}`);
        break;
      case 'xstate.raise':
        if (typeof params.delay === 'number') this.#time(from, params);
        break;
      case 'xstate.sendTo': {
        const { to, event } = params;
        this.send(to.address ?? to.systemId ?? `${from}/${to.id ?? to}`, event);
        break;
      }
    }
  }

  #time(actor: string, params: { id?: string; event: ModelEvent; delay: number }): void {
    const { id, event, delay } = params;
    const name = /^xstate\.after\.([^.]+)\./.exec(event.type)?.[1] ?? event.type;
    this.#timers.set(`${actor} ${id ?? event.type}`, { actor, name, event, dueMs: this.nowMs + delay });
  }

  #spawn(parent: string, params: { id?: string; systemId?: string; src: string; input: unknown }): void {
    const { id = 'nameless', systemId, src, input } = params;
    if (this.#parts.silent.has(src)) return;
    const address = systemId ?? `${parent}/${id}`;
    this.#system.addressOf(address, id, this.#system.at(parent));
    const machine = this.#parts.machines[src];
    if (machine !== undefined) {
      this.begin(address, machine, input);
      return;
    }
    const call: Call = { address, parent, id, src, input };
    this.#calls.set(address, call);
    this.#parts.began(this, call);
  }

  /** The actor, and all below it. */
  #end(address: string): void {
    const call = this.#calls.get(address);
    if (call !== undefined) {
      this.#calls.delete(address);
      this.#parts.left(this, call);
    }
    const within = (one: string): boolean =>
      one === address ||
      (this.#system.at(one)._parent !== undefined && within(this.#system.at(one)._parent!.address));
    for (const [key, { actor }] of this.#timers) if (within(actor)) this.#timers.delete(key);
    for (const inner of [...this.#calls.values()]) {
      if (!within(inner.parent)) continue;
      this.#calls.delete(inner.address);
      this.#parts.left(this, inner);
    }
    for (const one of [...this.#actors.keys()]) if (within(one)) this.#actors.delete(one);
  }
}
