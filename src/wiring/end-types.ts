/**
 * Ends of actors bear the actor's id in their type, and XState keeps for ever, state by state, what it found for every
 * type of event that it met. Sessions, snapshots and stores have a new id each time: their ends share a type here, else
 * each of them would stay in memory. `actorId` still says whose end it is: docs/decisions/0021-ends-share-a-type.md.
 */
import type { AnyActorRef } from 'xstate';
import { type HeardEvent, isEnd } from './heard-actor.ts';

type Relay = (source: AnyActorRef | undefined, target: AnyActorRef, event: HeardEvent) => void;

/** For all actors of this one's system, from before its start. @throws Error when this XState cannot be told so */
export function shareEndTypes({ system }: AnyActorRef): void {
  const engine = system as unknown as { _relay?: Relay };
  const relay = engine._relay;
  if (relay === undefined) throw new Error('this XState has another way to pass on its events');
  engine._relay = (source, target, event) =>
    relay(source, target, isEnd(event) ? withSharedType(event) : event);
}

/** `xstate.done.actor.recording:camera0_2026-11-23_04-28-13` becomes `xstate.done.actor.recording`. */
function withSharedType(event: HeardEvent): HeardEvent {
  const colon = event.type.indexOf(':');
  return colon === -1 ? event : { ...event, type: event.type.slice(0, colon) };
}
