/**
 * What ffmpeg and the kernel say when a capture fails, and what it means. Tables only; who looks in them, and in which
 * order, is trouble.ts. docs/troubleshooting.md has a row for each, which a test compares with these.
 */
import { type ErrorCode, PARAMETERS_MISSING } from '../../machines/errors.ts';

/** What a failure is called, told and answered with. */
export interface Meaning {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly message: string;
  readonly suggestion: string;
}

export interface Rule extends Meaning {
  readonly words: RegExp;
}

export const GONE: Meaning = {
  code: 'device-gone',
  reason: 'device_gone',
  message: 'The camera is gone.',
  suggestion: 'Plug it in again; it keeps its id.',
};

const BUSY: Meaning = {
  code: 'device-busy',
  reason: 'device_busy',
  message: 'Another process uses the camera.',
  suggestion: 'End that process; a stream that is still wanted comes back by itself.',
};

const POWER = 'Re-plug it; use a short cable and a port of the computer itself, without a hub.';

/** For lines about the camera only: a full disk under the tap speaks of missing space, too. */
export const DEVICE_RULES: readonly Rule[] = [
  { ...GONE, words: /No such device|No such file or directory/ },
  { ...BUSY, words: /Device or resource busy/ },
  {
    words: /Permission denied/,
    code: 'no-permission',
    reason: 'no_permission',
    message: 'The camera may not be opened by this user.',
    suggestion: 'Add the user that runs the service to the group video and start it again.',
  },
  {
    words: /Operation not permitted/,
    code: 'no-permission',
    reason: 'device_not_allowed',
    message: 'The camera may not be opened from in here.',
    suggestion: 'Allow character devices of major number 81 (char-video4linux) to the container or unit.',
  },
  {
    words: /No space left on device/,
    code: 'no-bandwidth',
    reason: 'no_bandwidth',
    message: 'The USB bus has no bandwidth left for this camera.',
    suggestion:
      'Use a port of another USB controller, a compressed format, a smaller picture or a lower rate.',
  },
  {
    words: /Invalid argument|Cannot find a proper format|Not a video capture device|Inappropriate ioctl/,
    code: 'invalid-format',
    reason: 'invalid_format',
    message: 'The camera does not give this format, size and rate.',
    suggestion: 'Choose another picture of those that get_camera_capabilities lists.',
  },
  {
    words: /Connection timed out/,
    code: 'device-failing',
    reason: 'device_timeout',
    message: 'The camera did not answer in time.',
    suggestion: POWER,
  },
  {
    // EIO, EPROTO, EPIPE and EOVERFLOW: the transfer over USB failed.
    words: /Input\/output error|Protocol error|Broken pipe|Value too large for defined data type/,
    code: 'device-failing',
    reason: 'device_io_error',
    message: 'The connection to the camera failed (I/O error).',
    suggestion: POWER,
  },
  {
    // ENOMEM at VIDIOC_REQBUFS or VIDIOC_STREAMON: the driver found no room for its pictures.
    words: /Cannot allocate memory/,
    code: 'device-failing',
    reason: 'no_buffer_memory',
    message: 'The kernel has no memory left for the pictures of the camera.',
    suggestion:
      'Use a smaller picture or fewer cameras at once; on boards that set such memory aside, more of it (cma= on the kernel command line).',
  },
  // Nobody listens on the socket of a synthetic camera while it is open.
  { ...BUSY, words: /Connection refused/ },
];

/** Warnings about the device after which ffmpeg goes on; cameras without these settings give them at every start. */
export const DEVICE_WARNINGS = /VIDIOC_(?:G_PARM|G_STD)\b/;

export const PROGRAM_RULES: readonly Rule[] = [
  {
    words:
      /No VA display found|Failed to upload frame|\[hwupload|Device creation failed|Error initializing output stream|Error while opening encoder|Failed to (?:create|initiali[sz]e) (?:a )?VAAPI|Could not find a valid device/,
    code: 'encoder-failed',
    reason: 'encoder_failed',
    message: 'The encoder did not start.',
    suggestion: 'Another encoder is tried by itself; camctl plan shows which one is taken.',
  },
  {
    words: /Unknown encoder 'libx264'/,
    code: 'missing-program',
    reason: 'encoder_missing',
    message: 'This ffmpeg has no H.264 encoder (libx264).',
    suggestion: 'Install an ffmpeg with libx264, or name one in capture.ffmpeg.',
  },
  {
    words: /Unrecognized option 'fps_mode/,
    code: 'missing-program',
    reason: 'ffmpeg_too_old',
    message: 'This ffmpeg is older than 5.1.',
    suggestion: 'Install ffmpeg 5.1 or newer, or name one in capture.ffmpeg.',
  },
];

/** By their share in the last lines: a damaged picture now and then is no reason for an end. The first that fits. */
export const DECODER_RULES: readonly Rule[] = [
  { ...PARAMETERS_MISSING, words: /non-existing [SP]PS \d+ referenced/ },
  {
    words: /Dequeued v4l2 buffer contains (?:corrupted data|\d+ bytes, but \d+ were expected)/,
    code: 'decoder-errors',
    reason: 'frames_damaged',
    message: 'The frames of the camera arrive damaged or cut short.',
    suggestion: 'Use a smaller picture, a lower rate or a compressed format, and a good cable without a hub.',
  },
  {
    words: decoderWords(),
    code: 'decoder-errors',
    reason: 'undecodable',
    message: 'What the camera sends cannot be decoded.',
    suggestion: 'Re-plug it; try another cable or port, or another format of the camera.',
  },
];

/** Everything else that decoders complain of; `overread` and missing ends are left out, since healthy cameras have them. */
function decoderWords(): RegExp {
  const jpeg =
    'No JPEG data found|Found EOI before any SOF|unsupported coding type|bits \\d+ is invalid|error (?:y=|count:|dc)|bad vlc|huffman table decode error|Corrupt JPEG';
  const h264 =
    'no frame!|decode_slice_header error|error while decoding MB|No start code is found|Error splitting the input|missing picture in access unit|concealing \\d+ DC';
  const any =
    'Error while decoding stream #0|Decoding error:|Error submitting packet to decoder|Decode error rate|corrupt decoded frame|ould not find codec parameters|Cannot determine format of input';
  return new RegExp(`${jpeg}|${h264}|${any}`);
}

/** The server's answer to the publisher. A refused RECORD is reported as OPTIONS, and then ffmpeg 5.1, 7.0 and 9.0 end by SIGSEGV. */
export const REFUSED = /method (?:OPTIONS|ANNOUNCE|SETUP|RECORD) failed: (\d{3})/;

/** Lines that say nothing of the camera: the way to the media server, repetitions, what follows from other lines. */
export const NOISE =
  /^\s*Last message repeated|^\[(?:tcp|fifo|rtsp|swscaler|out#|vost#)|Task finished|Could not open encoder|Consider increasing|Error marking filters|Invalid pts|Error submitting video frame|Terminating thread|Connection refused|Nothing was written/;
