/** Tells the steps of the actors as the journal does, without a log, and notes in simulated time that something happens. */
import type { AnyActorRef, AnyMachineSnapshot, InspectionEvent } from 'xstate';
import { storyPath } from '../machines/state-path.ts';
import type { Standing } from '../wiring/journal.ts';
import type { SimulatedTime } from './clock.ts';

type Moved = (standing: Standing, from: string | null) => void;

/** They look around by themselves, and pass states on the way: nothing has happened. */
const LOOKING_AROUND = ['discovery', 'controls'];

export class Steps {
  readonly #time: SimulatedTime;
  readonly #standings = new Map<string, Standing>();
  readonly #moved: Moved[] = [];
  /** Changes of state so far. */
  count = 0;

  constructor(time: SimulatedTime) {
    this.#time = time;
  }

  onMoved(moved: Moved): void {
    this.#moved.push(moved);
  }

  /** All living actors. */
  all(): readonly Standing[] {
    return [...this.#standings.values()];
  }

  readonly inspect = (event: InspectionEvent): void => {
    if (event.type !== '@xstate.snapshot') return;
    const ref = event.actorRef as AnyActorRef & { systemId?: string };
    const snapshot = event.snapshot as AnyMachineSnapshot;
    if (!('machine' in snapshot) || !('value' in snapshot)) return;
    const before = this.#standings.get(ref.sessionId);
    const state = storyPath(snapshot.value);
    if (before?.state !== state) {
      this.count += 1;
      const machine = snapshot.machine.id;
      if (!LOOKING_AROUND.includes(machine)) this.#time.noteEvent();
      const name = ref.systemId ?? ref.id;
      const standing = { name, machine, state, sinceMonoMs: this.#time.monoMs(), parent: null, ref };
      this.#standings.set(ref.sessionId, standing);
      for (const moved of this.#moved) moved(standing, before?.state ?? null);
    }
    if (snapshot.status !== 'active') this.#standings.delete(ref.sessionId);
  };
}
