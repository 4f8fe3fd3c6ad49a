/** Which states, transitions and pairs of transitions the records of a running service show. */

import type { StepLine } from '../../scripts/chaos/step-reader.ts';
import { MODELS } from './alphabets.ts';
import { pairOf } from './edges.ts';
import { Replay } from './replay.ts';

export interface Covered {
  readonly states: Set<string>;
  readonly transitions: Set<string>;
  readonly pairs: Set<string>;
}

interface Place {
  states: readonly string[];
  last: string | null;
}

export class Coverage {
  readonly machines: ReadonlyMap<string, Covered>;
  /** Records that no way through the machine explains; there must be none. */
  readonly unexplained: StepLine[] = [];
  records = 0;
  readonly #replays: ReadonlyMap<string, Replay>;
  readonly #places = new Map<string, Place>();

  constructor() {
    const names = Object.keys(MODELS);
    this.#replays = new Map(names.map((name) => [name, new Replay(MODELS[name]!.machine)]));
    this.machines = new Map(
      names.map((name) => [name, { states: new Set(), transitions: new Set(), pairs: new Set() }]),
    );
  }

  add(line: StepLine): void {
    const { run, kind, actor, machine, event, states, actions, ended, from } = line;
    // A new life: all actors are new.
    if (kind === 'life') {
      for (const name of this.#places.keys()) if (name.startsWith(`${run}\n`)) this.#places.delete(name);
      return;
    }
    const replay = this.#replays.get(machine);
    const covered = this.machines.get(machine);
    if (replay === undefined || covered === undefined) return;
    this.records += 1;
    for (const state of replay.statesOf(states)) covered.states.add(state);
    const name = `${run}\n${actor}`;
    const place = this.#places.get(name);
    if (ended === null || ended === 'error') this.#places.set(name, { states, last: place?.last ?? null });
    else this.#places.delete(name);
    // An owner ends it, or it breaks: no transition of its machine. Or its record before this one was lost with a life.
    if (event === 'xstate.stop' || ended === 'error' || (place === undefined && from !== '')) return;
    const before = from === '' ? null : place!.states;
    const taken = replay.taken({ before, event, after: states, actions });
    if (taken === null) {
      this.unexplained.push(line);
      return;
    }
    let last = from === '' ? null : place!.last;
    for (const transition of taken) {
      covered.transitions.add(transition);
      // What was left at once was there all the same.
      for (const state of replay.statesOf([transition.split(' on ')[0]!])) covered.states.add(state);
      if (last !== null) covered.pairs.add(pairOf(last, transition));
      last = transition;
    }
    if (this.#places.has(name)) this.#places.set(name, { states, last });
  }
}
