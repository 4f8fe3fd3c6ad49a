/**
 * The values of an entry that the simulator acts on, in the types it works with, and which of them may change
 * under a running stream. Hooks and sources that it does not have are named, so that the log can say so.
 */
import type { PathEntry } from '../config/configuration.ts';
import { parseDurationNs } from '../config/duration.ts';
import { parseSizeBytes } from '../config/size.ts';
import { sameValues, type Values } from '../config/values.ts';

export interface PathSettings {
  readonly source: string;
  readonly maxReaders: number;
  readonly overridePublisher: boolean;
  readonly useAbsoluteTimestamp: boolean;
  readonly record: boolean;
  readonly recordPath: string;
  readonly recordPartDurationMs: number;
  readonly recordMaxPartBytes: number;
  readonly recordSegmentDurationMs: number;
  readonly runOnDemand: string;
  readonly runOnDemandRestart: boolean;
  readonly runOnDemandStartTimeoutMs: number;
  readonly runOnDemandCloseAfterMs: number;
  readonly runOnUnDemand: string;
}

/** Keys that may change without closing the path, besides the entry's name. */
const HOT_KEYS = new Set([
  'name',
  'forward',
  'record',
  'recordPath',
  'recordFormat',
  'recordPartDuration',
  'recordMaxPartSize',
  'recordSegmentDuration',
  'recordDeleteAfter',
]);

const MISSING_HOOKS =
  /^runOn(Init|Available|Unavailable|Online|Offline|Read|Unread|RecordSegmentCreate|RecordSegmentComplete)$/;

export function settingsOf({ values }: PathEntry): PathSettings {
  return {
    source: String(values.source),
    maxReaders: Number(values.maxReaders),
    overridePublisher: values.overridePublisher === true,
    useAbsoluteTimestamp: values.useAbsoluteTimestamp === true,
    record: values.record === true,
    recordPath: String(values.recordPath),
    recordPartDurationMs: durationMs(values, 'recordPartDuration'),
    recordMaxPartBytes: parseSizeBytes(String(values.recordMaxPartSize)),
    recordSegmentDurationMs: durationMs(values, 'recordSegmentDuration'),
    runOnDemand: String(values.runOnDemand),
    runOnDemandRestart: values.runOnDemandRestart === true,
    runOnDemandStartTimeoutMs: durationMs(values, 'runOnDemandStartTimeout'),
    runOnDemandCloseAfterMs: durationMs(values, 'runOnDemandCloseAfter'),
    runOnUnDemand: String(values.runOnUnDemand),
  };
}

/** Whether a running path may go from one entry to the other without being closed. */
export function changesHot(from: PathEntry, to: PathEntry): boolean {
  return sameValues(coldPart(from.values), coldPart(to.values));
}

/** Whether a key that concerns the recorder differs. */
export function recordingDiffers(from: PathEntry, to: PathEntry): boolean {
  return [...HOT_KEYS].some((key) => key.startsWith('record') && from.values[key] !== to.values[key]);
}

/** What the entry asks for and the simulator does not do, for a warning. */
export function unsupportedWishes({ values }: PathEntry): string[] {
  const wishes = Object.keys(values).filter((key) => MISSING_HOOKS.test(key) && values[key] !== '');
  if (values.source !== 'publisher') wishes.push(`source '${String(values.source).split(':')[0]}'`);
  if (values.alwaysAvailable === true) wishes.push('alwaysAvailable');
  if (values.record === true && values.recordFormat !== 'fmp4')
    wishes.push(`recordFormat '${values.recordFormat}'`);
  return wishes;
}

function coldPart(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !HOT_KEYS.has(key)));
}

function durationMs(values: Values, key: string): number {
  return parseDurationNs(String(values[key])) / 1e6;
}
