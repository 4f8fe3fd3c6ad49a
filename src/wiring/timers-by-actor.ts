/**
 * XState looks through the timers of the whole system each time one actor ends, and every answer to a question is the end of
 * one: with 2,000 cameras that was two thirds of all work. Here each actor's timers are known:
 * docs/decisions/0023-timers-are-known-by-their-actor.md.
 */
import type { AnyActorRef } from 'xstate';

interface Scheduler {
  schedule(source: AnyActorRef, target: AnyActorRef, event: unknown, delayMs: number, id?: string): void;
  cancel(source: AnyActorRef, id: string): void;
  cancelAll(actor: AnyActorRef): void;
}

/** For the whole system of this actor, before it starts. @throws Error when this XState keeps its timers in another way */
export function knowTimersByActor({ system }: AnyActorRef): void {
  const { scheduler } = system as unknown as { scheduler?: Scheduler };
  if (scheduler?.schedule === undefined || scheduler.cancelAll === undefined)
    throw new Error('this XState keeps its timers in another way');
  const { schedule, cancelAll } = scheduler;
  /** Also of those that ran out: a chart has few names, and starts the same ones again. */
  const named = new WeakMap<AnyActorRef, Set<string>>();
  /** Who has timers without a name is looked through as before. */
  const nameless = new WeakSet<AnyActorRef>();
  scheduler.schedule = (source, target, event, delayMs, id) => {
    if (id === undefined) nameless.add(source);
    else named.set(source, (named.get(source) ?? new Set()).add(id));
    schedule(source, target, event, delayMs, id);
  };
  scheduler.cancelAll = (actor) => {
    if (nameless.has(actor)) {
      cancelAll(actor);
      return;
    }
    for (const id of named.get(actor) ?? []) scheduler.cancel(actor, id);
    named.delete(actor);
  };
}
