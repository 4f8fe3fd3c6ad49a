/** States and transitions of a machine, and the names by which models and coverage call them. */
import type { AnyStateMachine, AnyStateNode } from 'xstate';

export interface Edge {
  readonly source: AnyStateNode;
  readonly target: readonly AnyStateNode[] | undefined;
  readonly eventType: string;
  readonly actions: readonly unknown[];
  readonly reenter: boolean;
}

export function pairOf(first: string, second: string): string {
  return `${first} > ${second}`;
}

export function nodesOf(root: AnyStateNode): readonly AnyStateNode[] {
  return [root, ...Object.values(root.states).flatMap((child) => nodesOf(child as AnyStateNode))];
}

export function edgesOf(machine: AnyStateMachine): readonly Edge[] {
  return nodesOf(machine.root).flatMap((node) => [
    ...[...node.transitions.values()].flat(),
    ...(node.always ?? []),
  ]) as unknown as Edge[];
}

/** A transition's name: `stream.idle on stream.start (2)` is the second that this state has for this event. */
export function nameEdges(edges: readonly Edge[]): Map<Edge, string> {
  const counts = new Map<string, number>();
  return new Map(
    edges.map((edge) => {
      const plain = `${edge.source.id} on ${edge.eventType === '' ? 'always' : edge.eventType}`;
      const count = (counts.get(plain) ?? 0) + 1;
      counts.set(plain, count);
      return [edge, count === 1 ? plain : `${plain} (${count})`];
    }),
  );
}
