/** Short texts for people: times, lengths of time, events, states. */
import type { ChartData, TraceRecord } from './wire.ts';

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `4 days`. */
export function lengthOf(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${(Math.floor(seconds * 10) / 10).toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(minutes, 'min', Math.floor(seconds % 60), 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return joined(hours, 'h', minutes % 60, 'min');
  return `${Math.floor(hours / 24)} days`;
}

/** What is left of a timer: finer as it gets short. */
export function countdown(ms: number): string {
  if (ms < 60_000) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  return lengthOf(ms);
}

function joined(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
}

/** `16:24:11.851` in the zone of whoever reads. */
export function clockOf(epochMs: number): string {
  const date = new Date(epochMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

export function dayOf(epochMs: number): string {
  return new Date(epochMs).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** `xstate.after.backoffTime.stream.backoff`: `after backoffTime`; `xstate.done.actor.probe`: `probe is done`. */
export function eventWords(event: string): string {
  const after = /^xstate\.after\.([^.]+)\./.exec(event);
  if (after !== null) return `after ${after[1]}`;
  const ended = /^xstate\.(done|error)\.actor\.(.+)$/.exec(event);
  if (ended !== null) return `${ended[2]} ${ended[1] === 'done' ? 'is done' : 'failed'}`;
  if (event === 'xstate.init') return 'it begins';
  return event;
}

/** `idle to starting`; `stays idle`. */
export function wayWords({ from, to, ended, kind }: TraceRecord): string {
  if (kind === 'life') return 'the service starts';
  if (from === '') return `begins in ${to}`;
  const way = from === to ? `stays ${to}` : `${from} → ${to}`;
  return ended === null ? way : `${way}, ended`;
}

/** What the chart says of a state, and of those around it; the innermost first. */
export function descriptionsOf(chart: ChartData | undefined, state: string): readonly string[] {
  const found: string[] = [];
  for (let id = state; id.includes('.'); id = id.slice(0, id.lastIndexOf('.'))) {
    const told = chart?.states.find((one) => one.id === id)?.description;
    if (told) found.push(told);
  }
  return found;
}
