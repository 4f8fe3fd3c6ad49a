/**
 * Reads an XState machine into a `Chart` by walking `machine.root` (`toDirectedGraph` leaves out `always` edges).
 * Never starts the machine.
 */
import type { AnyStateMachine } from 'xstate';
import type { Chart, ChartEdge, ChartState, Reaction, Trigger } from './chart.ts';

type Node = AnyStateMachine['root'];
type Transition = NonNullable<Node['always']>[number];

/** The chart of a machine. `name` becomes the file's name and the title. */
export function readMachine(name: string, machine: AnyStateMachine): Chart {
  const edges = new Map<string, ChartEdge>();
  const root = readState(machine.root, edges);
  return { name, root, edges: [...edges.values()] };
}

function readState(node: Node, edges: Map<string, ChartEdge>): ChartState {
  const reactions: Reaction[] = [];
  for (const [transition, trigger] of transitionsOf(node)) {
    const targets = transition.target ?? [];
    // The target decides, not `reenter`: a state that names itself stays where it is on the drawing.
    if (targets.length === 0 || targets.every((target) => target === node)) {
      reactions.push({ ...trigger, restarts: targets.length > 0 && transition.reenter });
    }
    for (const target of targets) if (target !== node) addEdge(edges, node, target, trigger);
  }
  return {
    id: node.id,
    name: node.key,
    type: node.type,
    description: node.description ?? null,
    entry: actionNamesOf(node.entry),
    exit: actionNamesOf(node.exit),
    invokes: node.invoke.map((invoke) => (typeof invoke.src === 'string' ? invoke.src : invoke.id)),
    reactions,
    initial: node.type === 'compound' ? (node.initial?.target?.[0]?.id ?? null) : null,
    states: Object.values(node.states).map((child) => readState(child, edges)),
  };
}

function addEdge(edges: Map<string, ChartEdge>, source: Node, target: Node, trigger: Trigger): void {
  const key = `${source.id} > ${target.id}`;
  const known = edges.get(key);
  edges.set(key, {
    source: source.id,
    target: target.id,
    fromAnyInside: isInside(target, source),
    triggers: [...(known?.triggers ?? []), trigger],
  });
}

/** Not the state itself. */
export function isInside(node: Node, ancestor: Node): boolean {
  for (let parent = node.parent; parent; parent = parent.parent) if (parent === ancestor) return true;
  return false;
}

function transitionsOf(node: Node): readonly (readonly [Transition, Trigger])[] {
  const delays = new Map(
    node.after.map((delayed) => [delayed.eventType as string, delayText(delayed.delay)]),
  );
  const found: (readonly [Transition, Trigger])[] = [];
  const add = (transitions: readonly Transition[], kind: Trigger['kind'], text: string) => {
    for (const [place, transition] of transitions.entries()) {
      // Order decides in a statechart: what has no guard of its own comes after those that have one.
      const unguarded = place === 0 ? null : 'otherwise';
      const guard = transition.guard === undefined ? unguarded : guardText(transition.guard);
      const actions = actionNamesOf(transition.actions);
      const description = transition.description ?? null;
      found.push([transition, { kind, text, guard, description, actions }]);
    }
  };
  add(node.always ?? [], 'always', '');
  for (const [type, transitions] of node.transitions) {
    const delay = delays.get(type);
    if (delay === undefined) add(transitions, ...eventText(type));
    else add(transitions, 'delay', delay);
  }
  return found;
}

/** Names of actions as written. Those of xstate itself (a timer is a `raise`) have none: they are told otherwise. */
export function actionNamesOf(actions: readonly unknown[]): readonly string[] {
  return actions.flatMap((action) => {
    if (typeof action === 'string') return action;
    return typeof action === 'object' && action !== null && 'type' in action ? String(action.type) : [];
  });
}

function delayText(delay: unknown): string {
  return typeof delay === 'number' ? `${delay} ms` : String(delay);
}

/** `xstate.done.actor.probe` reads as `probe done`. */
function eventText(type: string): ['event' | 'done', string] {
  const words: Readonly<Record<string, string>> = { done: 'done', error: 'failed', snapshot: 'changed' };
  const match = /^xstate\.(done|error|snapshot)\.(actor|state)\.(.+)$/.exec(type);
  if (!match) return ['event', type === '*' ? 'any other event' : type];
  const [, word = '', about, id = ''] = match;
  return about === 'state'
    ? ['done', 'all inside ended']
    : ['done', `${id === '*' ? 'any actor' : id} ${words[word]}`];
}

/** A guard's name; xstate's `and`, `or`, `not` and `stateIn` are spelled out. */
function guardText(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  if (typeof guard === 'object' && guard !== null && 'type' in guard) return String(guard.type);
  if (typeof guard !== 'function') return 'condition';
  const parts = 'guards' in guard && Array.isArray(guard.guards) ? guard.guards.map(guardText) : [];
  if (guard.name === 'not') return `not ${parts.length === 1 ? bracketed(parts[0]!) : parts.join(', ')}`;
  if (guard.name === 'and') return parts.map(bracketed).join(' and ');
  if (guard.name === 'or') return parts.join(' or ');
  if (guard.name === 'stateIn' && 'stateValue' in guard) return `in ${stateText(guard.stateValue)}`;
  return 'condition';
}

/** `or` binds loosest, so it alone needs brackets inside another guard. */
function bracketed(text: string): string {
  return text.includes(' or ') ? `(${text})` : text;
}

function stateText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value).replaceAll('"', '');
}
