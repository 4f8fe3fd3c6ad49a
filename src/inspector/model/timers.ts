/**
 * Timers of an actor at one instant, from the records that started them. A timer ends with the state that waits for it;
 * which state that is, the chart says. Without a chart a timer is given up when its actor moves on.
 */
import type { ChartData, TraceRecord } from './wire.ts';

export interface RunningTimer {
  /** As in the chart. */
  readonly name: string;
  readonly durationMs: number;
  /** On the axis. */
  readonly endsAt: number;
}

/** The timers that run after a step. @param same its states are the same as before */
export function timersAfter(
  running: readonly RunningTimer[],
  { delays, event, states }: TraceRecord,
  instant: number,
  chart: ChartData | undefined,
  same: boolean,
): readonly RunningTimer[] {
  const anew = new Set(delays.map(({ name }) => name));
  const kept = running.filter(({ name, endsAt }) => {
    if (anew.has(name) || endsAt <= instant || event.startsWith(`xstate.after.${name}.`)) return false;
    if (chart === undefined) return same;
    return waiting(chart, name).some((source) => states.some((id) => isWithin(id, source)));
  });
  const started = delays.map(({ name, duration_ms: durationMs }) => ({
    ...{ name, durationMs, endsAt: instant + durationMs },
  }));
  return [...kept, ...started];
}

/** Those that have not run out. */
export function stillRunning(timers: readonly RunningTimer[], instant: number): readonly RunningTimer[] {
  return timers.filter(({ endsAt }) => endsAt > instant);
}

/** Whether a state is another one, or inside it. */
export function isWithin(id: string, outer: string): boolean {
  return id === outer || id.startsWith(`${outer}.`);
}

/** The states that wait for a delay. */
function waiting(chart: ChartData, name: string): readonly string[] {
  return chart.transitions
    .filter(({ kind, name: delay }) => kind === 'delay' && delay === name)
    .map(({ source }) => source);
}
