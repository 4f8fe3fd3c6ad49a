/**
 * What a configuration may not say, beyond types: the rules of MediaMTX that matter to a service which fills
 * it, and the simulator's own limits (it has no TLS and knows internal users only).
 */
import { parseDurationNs } from './duration.ts';
import { Refusal, type Values } from './values.ts';

/** @throws Refusal when global values contradict each other or ask for what the simulator cannot do */
export function checkGlobal(global: Values): void {
  const queue = Number(global.writeQueueSize);
  refuseIf(durationNs(global, 'readTimeout') <= 0, "'readTimeout' must be greater than zero");
  refuseIf(durationNs(global, 'writeTimeout') <= 0, "'writeTimeout' must be greater than zero");
  refuseIf(queue <= 0, "'writeQueueSize' must be greater than zero");
  refuseIf((queue & (queue - 1)) !== 0, "'writeQueueSize' must be a power of two");
  refuseIf(global.api === true && global.apiAddress === '', "'apiAddress' must be set when API is enabled");
  refuseIf(
    global.rtsp === true && global.rtspAddress === '',
    "'rtspAddress' must be set when RTSP is enabled",
  );
  refuseIf(global.authMethod !== 'internal', "the simulator knows only authMethod 'internal'");
  refuseIf(global.rtspEncryption !== 'no', "the simulator knows only rtspEncryption 'no'");
  refuseIf(global.apiEncryption === true, 'the simulator has no TLS: apiEncryption must be false');
}

/** @throws Refusal when an entry's values contradict each other */
export function checkPath(path: Values, expression: RegExp | null): void {
  checkSource(path, expression);
  checkRecording(path);
  const demand = path.runOnDemand !== '' || path.runOnUnDemand !== '';
  refuseIf(
    expression !== null && path.runOnInit !== '',
    "a path with a regular expression (or path 'all_others') does not support option 'runOnInit'; use another path",
  );
  refuseIf(
    demand && path.source !== 'publisher',
    "'runOnDemand' and 'runOnUnDemand' can be used only when source is 'publisher'",
  );
  for (const [key, value] of Object.entries(path)) {
    // Such a command would bring the real server down: it is split into words and the first is run.
    const blank = key.startsWith('runOn') && typeof value === 'string' && value !== '' && value.trim() === '';
    refuseIf(blank, `'${key}' holds only white space`);
  }
}

const SOURCES =
  /^(publisher|redirect|rpiCamera)$|^(rtsps?(\+https?|\+wss?)?|rtmps?|https?|udp(\+mpegts|\+rtp)?|unix\+(mpegts|rtp)|srt|moqt|wheps?):\/\/./;

function checkSource(path: Values, expression: RegExp | null): void {
  const source = String(path.source);
  refuseIf(!SOURCES.test(source), `invalid source: '${source}'`);
  refuseIf(
    source !== 'redirect' && path.sourceRedirect !== '',
    "'sourceRedirect' is useless when source is not 'redirect'",
  );
  refuseIf(source === 'redirect' && path.sourceRedirect === '', 'source redirect must be filled');
  refuseIf(
    path.sourceOnDemand === true && source === 'publisher',
    "'sourceOnDemand' is useless when source is 'publisher'",
  );
  refuseIf(
    expression !== null && path.sourceOnDemand !== true && source !== 'publisher' && source !== 'redirect',
    "a path with a regular expression (or path 'all_others') and a static source must have 'sourceOnDemand' set to true",
  );
}

function checkRecording(path: Values): void {
  const recordPath = String(path.recordPath);
  const has = (...words: string[]) => words.every((word) => recordPath.includes(word));
  refuseIf(!has('%path'), "'recordPath' must contain %path");
  refuseIf(
    !has('%s') && !has('%Y', '%m', '%d', '%H', '%M', '%S'),
    "'recordPath' must contain either %s or %Y %m %d %H %M %S",
  );
  const segmentNs = durationNs(path, 'recordSegmentDuration');
  const deleteNs = durationNs(path, 'recordDeleteAfter');
  refuseIf(segmentNs > 86_400e9, 'maximum segment duration is 1 day');
  refuseIf(
    deleteNs !== 0 && deleteNs < segmentNs,
    "'recordDeleteAfter' cannot be lower than 'recordSegmentDuration'",
  );
}

function durationNs(values: Values, key: string): number {
  return parseDurationNs(String(values[key]));
}

function refuseIf(condition: boolean, message: string): void {
  if (condition) throw new Refusal(message);
}
