/**
 * ffmpeg's last words, captured on 2026-11-23 with `-loglevel warning` from ffmpeg 5.1.9 (Debian 12), 7.0.2 and
 * 9.0.2 (static builds); every device is called video9. Where it says "made up", no such device was at hand: the
 * line is composed as libavdevice's v4l2 input prints it.
 */
export const NO_NODE_5 = `\
[video4linux2,v4l2 @ 0x559fad18c940] Cannot open video device /dev/video9: No such file or directory
/dev/video9: No such file or directory`;

export const NO_NODE_9 = `\
[in#0 @ 0x55c85314d1c0] Cannot open video device /dev/video9: No such file or directory
[in#0 @ 0x55c85314ce40] Error opening input: No such file or directory
Error opening input file /dev/video9.
Error opening input files: No such file or directory`;

export const NO_PERMISSION_5 = `\
[video4linux2,v4l2 @ 0x55ad68a47940] Cannot open video device /dev/video9: Permission denied
/dev/video9: Permission denied`;

export const NOT_A_CAMERA_7 = `\
[video4linux2,v4l2 @ 0x21e0ae80] ioctl(VIDIOC_QUERYCAP): Inappropriate ioctl for device
[in#0 @ 0x21e0ab80] Error opening input: Inappropriate ioctl for device
Error opening input file /dev/video9.
Error opening input files: Inappropriate ioctl for device`;

/** vivid, kernel 6.1.192. */
export const BUSY_5 = '/dev/video9: Device or resource busy';

/** made up */
export const NO_BANDWIDTH_5 = `\
[video4linux2,v4l2 @ 0x559fad18c940] ioctl(VIDIOC_STREAMON): No space left on device
/dev/video9: No space left on device`;

/** vivid, asked for MJPEG that it does not have. */
export const NO_SUCH_FORMAT_5 = `\
[video4linux2,v4l2 @ 0x560928fd4600] Cannot find a proper format for codec 'mjpeg' (id 7), pixel format 'none' (id -1)
/dev/video9: Invalid argument`;

/** vivid, its driver unbound; exit code 0. The first line is from another run, with the media server away. */
export const UNPLUGGED_5 = `\
[tcp @ 0x7fe24c0051c0] Connection to tcp://127.0.0.1:8554?timeout=0 failed: Connection refused
[video4linux2,v4l2 @ 0x560f6c7ad600] Thread message queue blocking; consider raising the thread_queue_size option (current value: 8)
[video4linux2,v4l2 @ 0x560f6c7ad600] ioctl(VIDIOC_DQBUF): No such device
/dev/video9: No such device`;

export const SYNTHETIC_BUSY_5 = 'unix:/run/c/synthetic1.sock.320x240@10: Connection refused';
export const SYNTHETIC_BUSY_9 = `\
[in#0 @ 0x55e5516fe980] Error opening input: Connection refused
Error opening input file unix:/run/c/synthetic1.sock.320x240@10.
Error opening input files: Connection refused`;
export const SYNTHETIC_GONE_7 = `\
[in#0 @ 0xcb4d280] Error opening input: No such file or directory
Error opening input file unix:/run/c/synthetic1.sock.320x240@10.
Error opening input files: No such file or directory`;

export const SERVER_AWAY_5 = `\
[swscaler @ 0x5602893d6800] [swscaler @ 0x560289429980] deprecated pixel format used, make sure you did set range correctly
[tcp @ 0x7f2664001000] Connection to tcp://127.0.0.1:18555?timeout=0 failed: Connection refused
[tcp @ 0x7f26640018c0] Connection to tcp://127.0.0.1:18555?timeout=0 failed: Connection refused`;

export const WRONG_PASSWORD_7 = `\
[swscaler @ 0x7f16d40611c0] deprecated pixel format used, make sure you did set range correctly
[rtsp @ 0x7f16d418ba00] method ANNOUNCE failed: 401 Unauthorized`;

/** A second publisher on a path that keeps its first one; then SIGSEGV. */
export const REFUSED_AT_RECORD_9 = `\
[swscaler @ 0x7f68c80a00c0] deprecated pixel format used, make sure you did set range correctly
[rtsp @ 0x7f68c81b1d00] method OPTIONS failed: 454 (Session Not Found)`;

/** made up: the tap's disk is full, then somebody ended the process. */
export const TAP_DISK_FULL_5 = `\
[image2 @ 0x7f2664001000] Could not open file : /run/taps/camera0.jpg.tmp
[fifo @ 0x559fad18c940] Error writing packet: No space left on device`;

export const NO_ENCODER_5 = "Unknown encoder 'libx264'";
export const TOO_OLD = `\
Unrecognized option 'fps_mode:v'.
Error splitting the argument list: Option not found`;

export const NO_VAAPI_5 = `\
[AVHWDeviceContext @ 0x564608e6da80] No VA display found for device /dev/dri/renderD128.
Device creation failed: -22.
Failed to set value '/dev/dri/renderD128' for option 'vaapi_device': Invalid argument
Error parsing global options: Invalid argument`;

export const NO_MEMORY_TO_MEMORY_5 = `\
[h264_v4l2m2m @ 0x5629cc8a2740] Could not find a valid device
[h264_v4l2m2m @ 0x5629cc8a2740] can't configure encoder
Error initializing output stream 0:0 -- Error while opening encoder for output stream #0:0 - maybe incorrect parameters such as bit_rate, rate, width or height`;
