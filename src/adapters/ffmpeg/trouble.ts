/**
 * Why a capture ended, as far as ffmpeg's last words, its exit and the device's presence tell. Pure.
 * The exit code 0 says nothing: behind the `fifo` muxer an unplugged camera ends ffmpeg with 0.
 */
import type { ErrorCode, Trouble } from '../../machines/errors.ts';
import type { CapturePlan } from '../../machines/values.ts';

export interface CaptureEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** What it wrote last, without the words of an earlier process. */
  readonly words: string;
  /** null where nobody knows any more. */
  readonly plan: Pick<CapturePlan, 'origin' | 'devicePath'> | null;
  /** Whether the device's node is there now. */
  readonly devicePresent: boolean;
}

interface Rule {
  readonly words: RegExp;
  readonly code: ErrorCode;
  readonly reason?: string;
  readonly message: string;
}

/** For lines about the camera only: a full disk under the tap speaks of missing space, too. */
const DEVICE_RULES: readonly Rule[] = [
  { words: /No such device|No such file or directory/, code: 'device-gone', message: 'The camera is gone.' },
  { words: /Device or resource busy/, code: 'device-busy', message: 'Another process uses the camera.' },
  {
    words: /Permission denied|Operation not permitted/,
    code: 'no-permission',
    message: 'The camera may not be opened.',
  },
  {
    words: /No space left on device/,
    code: 'no-bandwidth',
    message: 'The USB bus has no bandwidth left for this camera.',
  },
  {
    words: /Invalid argument|Cannot find a proper format|Not a video capture device|Inappropriate ioctl/,
    code: 'invalid-format',
    message: 'The camera does not give this format, size and rate.',
  },
  // Nobody listens on the socket of a synthetic camera while it is open.
  { words: /Connection refused/, code: 'device-busy', message: 'Another process uses the camera.' },
];

const PROGRAM_RULES: readonly Rule[] = [
  {
    words:
      /No VA display found|Device creation failed|Error initializing output stream|Error while opening encoder|Failed to (?:create|initiali[sz]e) (?:a )?VAAPI|Could not find a valid device/,
    code: 'encoder-failed',
    message: 'The encoder did not start.',
  },
  {
    words: /Unknown encoder 'libx264'/,
    code: 'missing-program',
    reason: 'encoder_missing',
    message: 'This ffmpeg has no H.264 encoder (libx264).',
  },
  {
    words: /Unrecognized option 'fps_mode/,
    code: 'missing-program',
    reason: 'ffmpeg_too_old',
    message: 'This ffmpeg is older than 5.1.',
  },
];

// A refused RECORD is reported as OPTIONS, and then ffmpeg 5.1, 7.0 and 9.0 end by SIGSEGV.
const REFUSED = /method (?:OPTIONS|ANNOUNCE|SETUP|RECORD) failed: (\d{3})/;
/** A refusal that ends ffmpeg stands here; one that it survived hours ago does not. */
const LAST_LINES = 4;

/** The one trouble that explains this end best. */
export function troubleOfEnd(end: CaptureEnd): Trouble {
  const lines = end.words.split('\n');
  const deviceLines = lines.filter((line) => isAboutDevice(line, end.plan?.devicePath));
  const rule = ruleFor(deviceLines, DEVICE_RULES) ?? ruleFor(lines, PROGRAM_RULES);
  if (rule) return trouble(rule.code, rule.message, rule.reason);
  const refused = lines.slice(-LAST_LINES).findLast((line) => REFUSED.test(line));
  if (refused) {
    const status = REFUSED.exec(refused)?.[1];
    return trouble(
      'capture-failed',
      `The media server refused the stream (RTSP status ${status}).`,
      'publish_refused',
    );
  }
  if (end.plan !== null && !end.devicePresent) return trouble('device-gone', 'The camera is gone.');
  if (end.exitCode === 0)
    return trouble(
      'capture-failed',
      'The capture ended by itself, as if its work were done.',
      'capture_ended',
    );
  if (end.signal !== null) return trouble('capture-failed', `The capture was ended by ${end.signal}.`);
  if (end.exitCode !== null)
    return trouble('capture-failed', `The capture ended with exit code ${end.exitCode}.`);
  return trouble('capture-failed', 'The capture ended, and its exit code is not to be had.');
}

function isAboutDevice(line: string, devicePath: string | undefined): boolean {
  if (/VIDIOC_|v4l2|Cannot open video device|Error opening input|\[in#0/.test(line)) return true;
  return devicePath !== undefined && line.includes(devicePath);
}

/** The first line that any rule knows: ffmpeg says the cause first and then what followed from it. */
function ruleFor(lines: readonly string[], rules: readonly Rule[]): Rule | undefined {
  for (const line of lines) {
    const rule = rules.find(({ words }) => words.test(line));
    if (rule) return rule;
  }
  return undefined;
}

function trouble(code: ErrorCode, message: string, reason = code.replaceAll('-', '_')): Trouble {
  return { code, reason, message };
}
