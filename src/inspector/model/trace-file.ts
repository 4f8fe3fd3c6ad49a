/** Reads what `camctl export-trace` writes (docs/recorder.md). What is wrong with a file is said in a sentence. */
import { Story } from './story.ts';
import type { ActorNow, Charts, TraceRecord } from './wire.ts';

const FORMAT = 'camera-service-trace';
const VERSION = 1;
const RIGHT = 'This page reads what camctl export-trace writes.';

export type ReadTrace =
  | { readonly story: Story; readonly exportedAt: string; readonly version: string }
  | { readonly wrong: string };

/** @param name of the file, for the sentence */
export function readTrace(name: string, text: string): ReadTrace {
  const wrong = (sentence: string): ReadTrace => ({ wrong: `${name}: ${sentence} ${RIGHT}` });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return wrong(text.trim() === '' ? 'the file is empty.' : 'this is not JSON, or it was cut short.');
  }
  if (!isObject(value)) return wrong('this is JSON, but no trace.');
  const { format, version, exported_at: exportedAt, service, actors, records, charts } = value;
  if (format !== FORMAT) {
    const what =
      typeof format === 'string'
        ? `its format is ${JSON.stringify(format.slice(0, 40))}`
        : 'it names no format';
    return wrong(`${what}, and ${JSON.stringify(FORMAT)} is needed.`);
  }
  if (version !== VERSION)
    return wrong(`it has version ${JSON.stringify(version)} of the format, and this page knows ${VERSION}.`);
  if (!Array.isArray(records)) return wrong('it has no list of records.');
  if (!Array.isArray(actors)) return wrong('it has no list of actors.');
  const bad = records.findIndex((record) => !isRecord(record));
  if (bad !== -1) return wrong(`record ${bad + 1} of ${records.length} is not complete.`);
  if (!actors.every(isActor)) return wrong('one of its actors is not complete.');
  const known = isObject(charts) ? charts : {};
  const odd = Object.keys(known).find((machine) => !isChart(known[machine]));
  if (odd !== undefined) return wrong(`the chart of ${JSON.stringify(odd)} is not complete.`);
  const inOrder = (records as TraceRecord[]).toSorted((one, other) => one.seq - other.seq);
  const lastSeq = inOrder.at(-1)?.seq ?? 0;
  const wallMs = Date.parse(String(exportedAt));
  const snapshot = { actors: actors as ActorNow[], lastSeq, wallMs: Number.isNaN(wallMs) ? 0 : wallMs };
  return {
    story: new Story(inOrder, known as Charts, snapshot),
    exportedAt: String(exportedAt),
    version: isObject(service) ? String(service.version) : 'unknown',
  };
}

function isRecord(value: unknown): boolean {
  if (!isObject(value)) return false;
  const texts = ['kind', 'time', 'actor', 'machine', 'event', 'from', 'to'];
  return (
    ['seq', 'mono_ms'].every((key) => isNumber(value[key])) &&
    texts.every((key) => isText(value[key])) &&
    isListOf(value.states, isText) &&
    isListOf(value.actions, isText) &&
    isListOf(value.delays, (delay) => isObject(delay) && isText(delay.name) && isNumber(delay.duration_ms)) &&
    ['cause', 'life', 'ended', 'trouble', 'payload', 'source'].every((key) => value[key] !== undefined) &&
    !Number.isNaN(Date.parse(String(value.time)))
  );
}

function isActor(value: unknown): boolean {
  if (!isObject(value)) return false;
  const texts = ['actor', 'machine', 'state', 'since'];
  return (
    texts.every((key) => isText(value[key])) &&
    isListOf(value.states, isText) &&
    isListOf(value.timers, isTimer) &&
    isObject(value.facts)
  );
}

function isTimer(value: unknown): boolean {
  return isObject(value) && isText(value.name) && isNumber(value.duration_ms) && isNumber(value.remaining_ms);
}

function isChart(value: unknown): boolean {
  if (!isObject(value)) return false;
  const ofState = (state: unknown) => isObject(state) && isText(state.id) && isText(state.name);
  const ofTransition = (one: unknown) => isObject(one) && isText(one.source) && isText(one.kind);
  return isListOf(value.states, ofState) && isListOf(value.transitions, ofTransition);
}

function isListOf(value: unknown, isOne: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
