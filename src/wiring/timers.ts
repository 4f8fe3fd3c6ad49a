/** The timers of all actors that run now, read off XState's own list of events that are to come. */
import type { AnyActorRef } from 'xstate';
import type { TimerView } from '../api/trace-view.ts';

const AFTER = 'xstate.after.';

/** A timer as it is heard of when it is started. */
export interface StartedTimer {
  readonly eventType: string;
  readonly durationMs: number;
}

/** `xstate.after.probeBackoff.camera.probing` is the chart's `probeBackoff`; other timers bear their event's name. */
export function delayName(eventType: string): string {
  if (!eventType.startsWith(AFTER)) return eventType;
  const end = eventType.indexOf('.', AFTER.length);
  const name = eventType.slice(AFTER.length, end === -1 ? undefined : end);
  return /^\d+$/.test(name) ? `${name} ms` : name;
}

/**
 * By the actor that waits; those that wait for nothing are not in it.
 * @param startedMonoMs when an actor started the timer of an event; XState knows it by the wall clock only, which may
 * be set meanwhile. undefined: it was not heard
 */
export function runningTimers(
  system: AnyActorRef['system'],
  nowMonoMs: number,
  startedMonoMs: (ref: AnyActorRef, eventType: string) => number | undefined,
): ReadonlyMap<AnyActorRef, readonly TimerView[]> {
  const timers = new Map<AnyActorRef, TimerView[]>();
  for (const { source, event, delay } of Object.values(system.getSnapshot()._scheduledEvents)) {
    const ref = source as AnyActorRef;
    const sinceMonoMs = startedMonoMs(ref, event.type);
    if (sinceMonoMs === undefined) continue;
    const remainingMs = Math.max(0, sinceMonoMs + delay - nowMonoMs);
    const timer = { name: delayName(event.type), durationMs: delay, remainingMs };
    timers.set(ref, [...(timers.get(ref) ?? []), timer]);
  }
  return timers;
}
