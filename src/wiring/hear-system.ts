/**
 * Listens to a whole actor system. Not by XState's `inspect`, which copies every event for its listeners and takes a
 * quarter of the speed: docs/decisions/0019-heard-without-copies.md.
 */
import type { AnyActorRef, InspectionEvent } from 'xstate';

/** Those who use `inspect` still hear everything. @throws Error when this XState cannot be heard so */
export function hearSystem({ system }: AnyActorRef, hear: (event: InspectionEvent) => void): void {
  const engine = system as unknown as { _sendInspectionEvent?: (event: InspectionEvent) => void };
  const others = engine._sendInspectionEvent;
  if (others === undefined) throw new Error('this XState has another way to send its inspection events');
  engine._sendInspectionEvent = (event) => {
    hear(event);
    others(event);
  };
}
