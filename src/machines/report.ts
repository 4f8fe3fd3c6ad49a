/**
 * How a child speaks to its parent. `sendParent` throws in a machine that has none, and then a machine could
 * neither be walked nor tested alone; this target falls on deaf ears instead.
 */
import { type AnyActorRef, createActor, fromCallback } from 'xstate';

const nobody: AnyActorRef = createActor(fromCallback(() => {})).start();

/** Target of `sendTo` for reports: the parent, or nobody. */
export function parentOf({ self }: { self: AnyActorRef }): AnyActorRef {
  return (self as AnyActorRef & { _parent?: AnyActorRef })._parent ?? nobody;
}
