/**
 * Reads off a record of the flight recorder which transitions its actor took: from the states before and after, the event and
 * the actions that ran. Where several ways explain a record alike, only what all of them have in common is believed. Pure.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { isInside } from '../../src/machines/read-machine.ts';
import {
  actionNames,
  domainOf,
  firstStates,
  leafIds,
  type StateNode,
} from '../../src/wiring/step-actions.ts';
import { type Edge, edgesOf, nameEdges, nodesOf } from './edges.ts';

export interface StepSeen {
  /** Ids of the innermost states before it; null: the actor began. */
  readonly before: readonly string[] | null;
  readonly event: string;
  readonly after: readonly string[];
  readonly actions: readonly string[];
}

/** What a machine says to itself within one step. */
const RAISED: Readonly<Record<string, readonly string[]>> = {
  'media-server': [
    ...['breaker.stuck', 'server.answered', 'process.running', 'process.gone', 'health.good', 'health.bad'],
    'paths.missing',
  ],
  storage: ['measured'],
};
const MOST_MICROSTEPS = 8;

interface Way {
  readonly leaves: readonly StateNode[];
  readonly names: readonly string[];
  readonly actions: readonly string[];
}

export class Replay {
  readonly #machine: AnyStateMachine;
  readonly #nodes: ReadonlyMap<string, StateNode>;
  readonly #names: ReadonlyMap<Edge, string>;
  readonly #raised: readonly string[];

  constructor(machine: AnyStateMachine) {
    this.#machine = machine;
    this.#nodes = new Map(nodesOf(machine.root).map((node) => [node.id, node as StateNode]));
    this.#names = nameEdges(edgesOf(machine));
    this.#raised = RAISED[machine.id] ?? [];
  }

  /** This state and all around it, outermost first. */
  statesOf(leaves: readonly string[]): readonly string[] {
    return this.#active(leaves.map((id) => this.#nodes.get(id)!)).map(({ id }) => id);
  }

  /** Names of the transitions taken, in order; null where nothing explains the record. */
  taken({ before, event, after, actions }: StepSeen): readonly string[] | null {
    const goal = key(after);
    const wanted = key(actions);
    // What is made together with the root has begun before anybody hears it: of its actions not all are told.
    const fits = (ran: readonly string[]) => (before === null ? isPartOf(actions, ran) : key(ran) === wanted);
    const isIt = ({ leaves, actions: ran }: Way) => key(leafIds(leaves)) === goal && fits(ran);
    let ways: readonly Way[];
    if (before === null) {
      const nodes = firstStates(this.#machine.root);
      const began = actionNames([{ taken: [], before: null, after: nodes }]);
      ways = [{ leaves: leavesIn(nodes), names: [], actions: began }];
    } else {
      const leaves = before.flatMap((id) => this.#nodes.get(id) ?? []);
      ways = this.#steps({ leaves, names: [], actions: [] }, (type) => matches(type, event));
    }
    for (let depth = 0; depth < MOST_MICROSTEPS && ways.length > 0; depth += 1) {
      const found = ways.filter(isIt);
      if (found.length > 0) {
        const [first, ...others] = found.map(({ names }) => names);
        return first!.filter((name) => others.every((names) => names.includes(name)));
      }
      // Actions never become fewer: a way that ran others leads nowhere.
      ways = ways
        .filter((way) => before === null || isPartOf(way.actions, actions))
        .flatMap((way) => this.#steps(way, (type) => type === '' || this.#isInner(type)));
    }
    return null;
  }

  #isInner(type: string): boolean {
    return type.startsWith('xstate.done.state.') || this.#raised.includes(type);
  }

  /** All that one microstep could do here: in each region one transition or none, and in all of them one at least. */
  #steps(way: Way, fits: (eventType: string) => boolean): readonly Way[] {
    let choices: readonly (readonly Edge[])[] = [[]];
    for (const leaf of way.leaves) {
      const own = this.#edgesFrom(leaf, fits);
      choices = choices.flatMap((chosen) => [
        chosen,
        ...own.filter((edge) => !chosen.includes(edge)).map((edge) => [...chosen, edge]),
      ]);
    }
    const seen = new Set<string>();
    return choices.flatMap((chosen) => {
      const name = key(chosen.map((edge) => this.#names.get(edge)!));
      if (chosen.length === 0 || seen.has(name) || inConflict(chosen)) return [];
      seen.add(name);
      return this.#take(way, chosen);
    });
  }

  #edgesFrom(leaf: StateNode, fits: (eventType: string) => boolean): readonly Edge[] {
    const found: Edge[] = [];
    for (let node: StateNode | undefined = leaf; node !== undefined; node = node.parent) {
      for (const [type, transitions] of node.transitions)
        if (fits(type)) found.push(...(transitions as unknown as Edge[]));
      if (fits('')) found.push(...((node.always ?? []) as unknown as Edge[]));
    }
    return found;
  }

  #take({ leaves, names, actions }: Way, chosen: readonly Edge[]): Way {
    let after = [...leaves];
    for (const edge of chosen) {
      const domain = domainOf(edge as unknown as AnyTransitionDefinition);
      if (domain === null) continue;
      after = after.filter((leaf) => !isInside(leaf, domain));
      after.push(...leavesIn(entered(domain, edge.target as readonly StateNode[])));
    }
    const taken = chosen as unknown as readonly AnyTransitionDefinition[];
    const ran = actionNames([{ taken, before: this.#active(leaves), after: this.#active(after) }]);
    return {
      leaves: after,
      names: [...names, ...chosen.map((edge) => this.#names.get(edge)!)],
      actions: [...actions, ...ran],
    };
  }

  #active(leaves: readonly StateNode[]): readonly StateNode[] {
    const active = new Set<StateNode>();
    for (const leaf of leaves)
      for (let node: StateNode | undefined = leaf; node !== undefined; node = node.parent) active.add(node);
    return [...this.#nodes.values()].filter((node) => active.has(node));
  }
}

/** What becomes active below a state when these are gone to. */
function entered(node: StateNode, targets: readonly StateNode[]): readonly StateNode[] {
  const children = Object.values(node.states) as readonly StateNode[];
  const onWay = (child: StateNode) => targets.some((goal) => goal === child || isInside(goal, child));
  if (!children.some(onWay)) return firstStates(node);
  if (node.type === 'parallel')
    return [
      node,
      ...children.flatMap((child) => (onWay(child) ? entered(child, targets) : firstStates(child))),
    ];
  return [node, ...children.filter(onWay).flatMap((child) => entered(child, targets))];
}

function leavesIn(nodes: readonly StateNode[]): readonly StateNode[] {
  return nodes.filter(({ type }) => type === 'atomic' || type === 'final');
}

/** Two that leave the same states are never taken together. */
function inConflict(edges: readonly Edge[]): boolean {
  const domains = edges.map(
    (edge) => domainOf(edge as unknown as AnyTransitionDefinition) as AnyStateNode | null,
  );
  return domains.some((one, place) =>
    domains.some(
      (other, at) =>
        at < place &&
        one !== null &&
        other !== null &&
        (one === other || isInside(one, other) || isInside(other, one)),
    ),
  );
}

function matches(type: string, event: string): boolean {
  return type === event || type === '*' || (type.endsWith('.*') && `${event}.`.startsWith(type.slice(0, -1)));
}

function key(words: readonly string[]): string {
  return [...words].sort().join('\n');
}

function isPartOf(few: readonly string[], all: readonly string[]): boolean {
  const left = [...all];
  return few.every((word) => {
    const place = left.indexOf(word);
    if (place !== -1) left.splice(place, 1);
    return place !== -1;
  });
}
