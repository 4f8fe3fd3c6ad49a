/**
 * Which actor is in which state since when, and how long each stay was. Pure: it is told of moves with their monotonic
 * instant, so a step of the wall clock is no stay of anybody. Owns no metric; whoever counts is handed in.
 */

export interface ActorState {
  /** Unique among all actors that ever lived. */
  readonly key: string;
  /** Its place: `stream:camera0`. */
  readonly actor: string;
  readonly machine: string;
  /** As the journal tells it: `live.flowing`, or `process running, health healthy` of a machine with regions. */
  readonly story: string;
}

export interface Stay {
  readonly actor: string;
  readonly machine: string;
  readonly state: string;
  readonly durationMs: number;
}

export interface StateTally {
  moved(machine: string, from: string, to: string): void;
  stayed(stay: Stay): void;
}

interface Place {
  readonly state: string;
  readonly sinceMonoMs: number;
}

interface Resident {
  readonly actor: string;
  readonly machine: string;
  /** By region; a machine without regions has one, named ''. */
  readonly places: Map<string, Place>;
}

/**
 * One state for each region that stands side by side, so that labels add up instead of multiplying.
 * @returns e.g. `process.running`, `health.healthy`
 */
export function statesOf(story: string): readonly (readonly [region: string, state: string])[] {
  if (!story.includes(' ')) return [['', story]];
  return story.split(', ').map((part) => {
    const [region = '', path = ''] = part.split(' ');
    return [region, `${region}.${path}`];
  });
}

export class StateBook {
  readonly #tally: StateTally;
  readonly #residents = new Map<string, Resident>();

  constructor(tally: StateTally) {
    this.#tally = tally;
  }

  /** An actor is in these states now; the first time it is told of, it was nowhere before. */
  moved({ key, actor, machine, story }: ActorState, monoMs: number): void {
    const known = this.#residents.get(key);
    const resident = known ?? { actor, machine, places: new Map<string, Place>() };
    if (known === undefined) this.#residents.set(key, resident);
    for (const [region, state] of statesOf(story)) {
      const before = resident.places.get(region);
      if (before?.state === state) continue;
      resident.places.set(region, { state, sinceMonoMs: monoMs });
      if (before === undefined) continue;
      this.#tally.moved(machine, before.state, state);
      this.#leave(resident, before, monoMs);
    }
  }

  /** It is no more; unknown ones are nobody. */
  ended(key: string, monoMs: number): void {
    const resident = this.#residents.get(key);
    if (resident === undefined) return;
    this.#residents.delete(key);
    for (const place of resident.places.values()) this.#leave(resident, place, monoMs);
  }

  /** Where everybody is, and how long already. */
  present(monoMs: number): readonly Stay[] {
    return [...this.#residents.values()].flatMap(({ actor, machine, places }) =>
      [...places.values()].map(({ state, sinceMonoMs }) => ({
        actor,
        machine,
        state,
        durationMs: monoMs - sinceMonoMs,
      })),
    );
  }

  #leave({ actor, machine }: Resident, { state, sinceMonoMs }: Place, monoMs: number): void {
    this.#tally.stayed({ actor, machine, state, durationMs: monoMs - sinceMonoMs });
  }
}
