/**
 * Names of the actions that a step ran. XState tells most of them as `xstate.sendTo` and leaves assignments out, so the
 * names are read off the transitions that were taken: of states left, of the transition, of states entered.
 */
import type { AnyStateMachine, AnyTransitionDefinition } from 'xstate';
import { actionNamesOf, isInside } from '../machines/read-machine.ts';

export type StateNode = AnyStateMachine['root'];

/** One microstep: what was taken, and the active states around it. `before` is null at the very first. */
export interface Microstep {
  readonly taken: readonly AnyTransitionDefinition[];
  readonly before: readonly StateNode[] | null;
  readonly after: readonly StateNode[];
}

/** In the order in which they ran. Timers and invoked actors are no actions here. */
export function actionNames(microsteps: readonly Microstep[]): readonly string[] {
  const names: string[] = [];
  for (const { taken, before, after } of microsteps) {
    if (before === null) {
      for (const node of after) names.push(...actionNamesOf(node.entry));
      continue;
    }
    const domains = taken.map(domainOf).filter((domain) => domain !== null);
    for (const node of before.toReversed())
      if (isBelow(node, domains)) names.push(...actionNamesOf(node.exit));
    for (const { actions } of taken) names.push(...actionNamesOf(actions));
    for (const node of after) if (isBelow(node, domains)) names.push(...actionNamesOf(node.entry));
  }
  return names;
}

/** The states that a machine begins in, the outer ones first. */
export function firstStates(node: StateNode): readonly StateNode[] {
  if (node.type === 'parallel') return [node, ...Object.values(node.states).flatMap(firstStates)];
  const first = node.type === 'compound' ? node.initial?.target?.[0] : undefined;
  if (first === undefined) return [node];
  // The first state may lie deeper than one level.
  const way: StateNode[] = [];
  for (let up = first.parent; up !== undefined && up !== node; up = up.parent) way.unshift(up);
  return [node, ...way, ...firstStates(first)];
}

/** Ids of the innermost active states. */
export function leafIds(nodes: readonly StateNode[]): readonly string[] {
  return nodes.filter(({ type }) => type === 'atomic' || type === 'final').map(({ id }) => id);
}

/** The state below which everything is left and entered anew; null: the transition moves nothing. */
export function domainOf({ source, target, reenter }: AnyTransitionDefinition): StateNode | null {
  if (target === undefined || target.length === 0) return null;
  const from = source as StateNode;
  const goals = target as readonly StateNode[];
  if (!reenter && goals.every((goal) => goal === from || isInside(goal, from))) return from;
  for (let above = from.parent; above !== undefined; above = above.parent) {
    if (goals.every((goal) => isInside(goal, above))) return above;
  }
  return from.machine.root;
}

function isBelow(node: StateNode, domains: readonly StateNode[]): boolean {
  return domains.some((domain) => isInside(node, domain));
}
