/** What is mended of XState for every system of actors that the service's machines run in. */
import type { AnyActorRef } from 'xstate';
import { shareEndTypes } from './end-types.ts';
import { knowTimersByActor } from './timers-by-actor.ts';

/** Before the root starts. @throws Error when this XState cannot be mended so */
export function tendSystem(root: AnyActorRef): void {
  shareEndTypes(root);
  knowTimersByActor(root);
}
