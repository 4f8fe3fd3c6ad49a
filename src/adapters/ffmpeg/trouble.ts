/**
 * Why a capture ended or brings no picture, as far as ffmpeg's last words, its exit and the device's presence tell.
 * Pure. The exit code 0 says nothing: behind the `fifo` muxer an unplugged camera ends ffmpeg with 0.
 */
import type { Trouble } from '../../machines/errors.ts';
import type { CapturePlan } from '../../machines/values.ts';
import {
  DECODER_RULES,
  DEVICE_RULES,
  DEVICE_WARNINGS,
  GONE,
  type Meaning,
  NOISE,
  PROGRAM_RULES,
  REFUSED,
  type Rule,
} from './trouble-rules.ts';

type PlannedPicture = Pick<CapturePlan, 'fourcc' | 'widthPx' | 'heightPx' | 'rateFps'>;

/** What is left of a capture: what it said, and whether its camera is still there. */
export interface CaptureTrace {
  /** What it wrote last, without the words of an earlier process. */
  readonly words: string;
  /** null where nobody knows any more. */
  readonly plan: (Pick<CapturePlan, 'origin' | 'devicePath'> & Partial<PlannedPicture>) | null;
  /** Whether the device's node is there now. */
  readonly devicePresent: boolean;
}

export interface CaptureEnd extends CaptureTrace {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A refusal that ends ffmpeg stands here; one that it survived hours ago does not. */
const LAST_LINES = 4;
/** Among this many of its last words decoders have to complain in at least half. */
const JUDGED_LINES = 40;
const FEWEST_COMPLAINTS = 3;

/** The one trouble that explains this end best. */
export function troubleOfEnd(end: CaptureEnd): Trouble {
  const { exitCode, signal } = end;
  const lines = end.words.split('\n');
  const known =
    ofDevice(lines, end) ??
    ofRule(lines, PROGRAM_RULES) ??
    ofRefusal(lines) ??
    ofAbsence(end) ??
    (signal === null && exitCode !== null ? ofDecoder(lines) : null);
  if (known !== null) return known;
  if (exitCode === 0)
    return failed('The capture ended by itself, as if its work were done.', 'capture_ended');
  if (signal !== null) return failed(`The capture was ended by ${signal}.`);
  if (exitCode !== null) return failed(`The capture ended with exit code ${exitCode}.`);
  return failed('The capture ended, and its exit code is not to be had.');
}

/** Why a capture that lived brought no picture; null where its words do not tell. */
export function troubleOfSilence(trace: CaptureTrace): Trouble | null {
  const lines = trace.words.split('\n');
  return ofDevice(lines, trace) ?? ofRefusal(lines) ?? ofAbsence(trace) ?? ofDecoder(lines);
}

function ofDevice(lines: readonly string[], { plan, devicePresent }: CaptureTrace): Trouble | null {
  const about = lines.filter((line) => isAboutDevice(line, plan?.devicePath) && !DEVICE_WARNINGS.test(line));
  const found = ofRule(about, DEVICE_RULES);
  // A camera that is pulled out may fail in many ways before it is gone.
  if (found?.code === 'device-failing' && !devicePresent) return plain(GONE);
  if (found?.code !== 'invalid-format' || plan === null) return found;
  const { fourcc, widthPx, heightPx, rateFps } = plan;
  if (fourcc === undefined || widthPx === undefined || heightPx === undefined) return found;
  const message = `The camera does not give ${fourcc} in ${widthPx}x${heightPx} at ${rateFps} fps.`;
  return { ...found, message, facts: { fourcc, width: widthPx, height: heightPx, rate: rateFps } };
}

function isAboutDevice(line: string, devicePath: string | undefined): boolean {
  // An encoder of the host is a V4L2 device, too, and no camera.
  if (/v4l2m2m/.test(line)) return false;
  if (/VIDIOC_|video4linux2|Cannot open video device|Error opening input|\[in#0/.test(line)) return true;
  return devicePath !== undefined && line.includes(devicePath);
}

/** The last line that any rule knows: what was said at the start of a long life did not end it. */
function ofRule(lines: readonly string[], rules: readonly Rule[]): Trouble | null {
  for (const line of lines.toReversed()) {
    const rule = rules.find(({ words }) => words.test(line));
    if (rule) return plain(rule);
  }
  return null;
}

function ofRefusal(lines: readonly string[]): Trouble | null {
  const refused = lines.slice(-LAST_LINES).findLast((line) => REFUSED.test(line));
  if (refused === undefined) return null;
  const status = Number(REFUSED.exec(refused)?.[1]);
  return {
    code: 'capture-failed',
    reason: 'publish_refused',
    message: `The media server refused the stream (RTSP status ${status}).`,
    suggestion: 'Check the right to publish in the media server, and whether somebody else uses the path.',
    facts: { rtsp_status: status },
  };
}

function ofAbsence({ plan, devicePresent }: CaptureTrace): Trouble | null {
  return plan !== null && !devicePresent ? plain(GONE) : null;
}

function ofDecoder(lines: readonly string[]): Trouble | null {
  const judged = lines.filter((line) => line.trim() !== '' && !NOISE.test(line)).slice(-JUDGED_LINES);
  const complaints = judged.filter((line) => DECODER_RULES.some(({ words }) => words.test(line)));
  if (complaints.length < Math.max(FEWEST_COMPLAINTS, judged.length / 2)) return null;
  const rule = DECODER_RULES.find(({ words }) => complaints.some((line) => words.test(line)));
  return rule === undefined ? null : plain(rule);
}

function plain({ code, reason, message, suggestion }: Meaning): Trouble {
  return { code, reason, message, suggestion };
}

function failed(message: string, reason = 'capture_failed'): Trouble {
  const suggestion = "Look at the capture's log; a stream that is still wanted comes back by itself.";
  return { code: 'capture-failed', reason, message, suggestion };
}
