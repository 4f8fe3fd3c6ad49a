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

/** made up: as 5.1.9 prints EPERM, which a container's device control gives */
export const NOT_ALLOWED_5 = `\
[video4linux2,v4l2 @ 0x55ad68a47940] Cannot open video device /dev/video9: Operation not permitted
/dev/video9: Operation not permitted`;

/** vivid, kernel 6.1.192; the same line in homebridge-camera-ffmpeg#1401, of a USB camera. */
export const BUSY_5 = '/dev/video9: Device or resource busy';

/** Two USB webcams on one controller: a forum post of 2017-06-22, "2x USB Webcams No space left on device". */
export const NO_BANDWIDTH_3 = `\
[video4linux2,v4l2 @ 0x5573a3e67580] ioctl(VIDIOC_STREAMON): No space left on device
/dev/video9: No space left on device`;

/** made up: the same in the form of ffmpeg 9 */
export const NO_BANDWIDTH_9 = `\
[in#0 @ 0x62b29b18ae00] ioctl(VIDIOC_STREAMON): No space left on device
[in#0 @ 0x62b29b18ae00] Error opening input: No space left on device
Error opening input file /dev/video9.
Error opening input files: No space left on device`;

/** A Raspberry Pi's own camera that cannot stream by itself: scivision/PyLivestream#69. */
export const STREAMON_INVALID_4 = `\
[video4linux2,v4l2 @ 0x39d5630] ioctl(VIDIOC_STREAMON): Invalid argument
/dev/video9: Invalid argument`;

/** A C920 asked for H.264: bytedeco/javacv#972. */
export const NO_H264_3 = `\
[video4linux2,v4l2 @ 0x86cc39c0] Cannot find a proper format for codec 'h264' (id 28), pixel format 'none' (id -1)`;

/** made up: a USB camera whose transfers fail (EIO) */
export const IO_ERROR_5 = `\
[video4linux2,v4l2 @ 0x559fad18c940] ioctl(VIDIOC_STREAMON): Input/output error
/dev/video9: Input/output error`;

/** made up in the form of ffmpeg 5: boards with a small pool for pictures (CMA) answer so to a second camera */
export const NO_BUFFERS_5 = `\
[video4linux2,v4l2 @ 0x559fad18c940] ioctl(VIDIOC_REQBUFS): Cannot allocate memory
/dev/video9: Cannot allocate memory`;

/** libv4l on the video4linux list: half a second of picture, then this. */
export const IO_ERROR_WHILE_LIVE = '[video4linux2 @ 0xb7f49680]ioctl(VIDIOC_DQBUF): Input/output error';

/** made up: a USB 2 camera whose transfers fail (EPROTO) */
export const PROTOCOL_ERROR_7 = `\
[video4linux2,v4l2 @ 0x21e0ae80] ioctl(VIDIOC_STREAMON): Protocol error
[in#0 @ 0x21e0ab80] Error opening input: Protocol error
Error opening input file /dev/video9.
Error opening input files: Protocol error`;

/** made up: the control transfer of a camera that hangs (ETIMEDOUT) */
export const TIMED_OUT_5 = `\
[video4linux2,v4l2 @ 0x559fad18c940] ioctl(VIDIOC_STREAMON): Connection timed out
/dev/video9: Connection timed out`;

/** made up: a camera without frame intervals warns at its start, and is pulled out later */
export const WARNED_THEN_UNPLUGGED_5 = `\
[video4linux2,v4l2 @ 0x560f6c7ad600] ioctl(VIDIOC_G_PARM): Inappropriate ioctl for device
[video4linux2,v4l2 @ 0x560f6c7ad600] ioctl(VIDIOC_DQBUF): No such device
/dev/video9: No such device`;

/** Frames cut short: gpac/gpac#213. */
export const SHORT_FRAMES = `\
[video4linux2,v4l2 @ 0x8534fa0] Dequeued v4l2 buffer contains 205752 bytes, but 614400 were expected. Flags: 0x00002005.
[video4linux2,v4l2 @ 0x8534fa0] Dequeued v4l2 buffer contains 162132 bytes, but 614400 were expected. Flags: 0x00002005.
[video4linux2,v4l2 @ 0x8534fa0] Dequeued v4l2 buffer contains 166380 bytes, but 614400 were expected. Flags: 0x00002005.
[video4linux2,v4l2 @ 0x8534fa0] Dequeued v4l2 buffer contains 161168 bytes, but 614400 were expected. Flags: 0x00002005.`;

/** The driver's error flag, nyanmisaka/ffmpeg-rockchip#179; one such frame at the start is normal for some cameras. */
export const ONE_BAD_FRAME =
  '[video4linux2,v4l2 @ 0x5578858eb0] Dequeued v4l2 buffer contains corrupted data (0 bytes).';

/** Both outputs behind `fifo`, the input a file: 40 JPEG frames of random bytes. Exit code 1; 69 with 9.0.2. */
export const GARBAGE_JPEG_5 = `\
[mjpeg @ 0x56400264f740] Found EOI before any SOF, ignoring
    Last message repeated 39 times
[mjpeg @ 0x56400264f740] No JPEG data found in image
[mjpeg @ 0x564002645f40] Could not find codec parameters for stream 0 (Video: mjpeg, none(bt470bg/unknown/unknown)): unspecified size
Consider increasing the value for the 'analyzeduration' (0) and 'probesize' (5000000) options
[mjpeg @ 0x564002650280] Found EOI before any SOF, ignoring
    Last message repeated 39 times
[mjpeg @ 0x564002650280] No JPEG data found in image
Error while decoding stream #0:0: Invalid data found when processing input
Cannot determine format of input stream 0:0 after EOF
Error marking filters as finished`;

export const GARBAGE_JPEG_9 = `\
[mjpeg @ 0x563c57c63840] No JPEG data found in image
[in#0/mjpeg @ 0x563c57c5a480] Could not find codec parameters for stream 0 (Video: mjpeg, none(bt470bg/unknown/unknown)): unspecified size
Consider increasing the value for the 'analyzeduration' (0) and 'probesize' (5000000) options
[mjpeg @ 0x563c57c69080] Found EOI before any SOF, ignoring
    Last message repeated 39 times
[mjpeg @ 0x563c57c69080] No JPEG data found in image
[vist#0:0/mjpeg @ 0x563c57c64380] [dec:mjpeg @ 0x563c57c69e40] Error submitting packet to decoder: Invalid data found when processing input
[vist#0:0/mjpeg @ 0x563c57c64380] [dec:mjpeg @ 0x563c57c69e40] Decode error rate 1 exceeds maximum 0.666667
[vist#0:0/mjpeg @ 0x563c57c64380] [dec:mjpeg @ 0x563c57c69e40] Task finished with error code: -1145393733 (Error number -1145393733 occurred)
[vist#0:0/mjpeg @ 0x563c57c64380] [dec:mjpeg @ 0x563c57c69e40] Terminating thread with return code -1145393733 (Error number -1145393733 occurred)
[fc#0 @ 0x563c57c57740] Cannot determine format of input 0:0 after EOF
[fc#0 @ 0x563c57c57740] Task finished with error code: -1094995529 (Invalid data found when processing input)
[vost#0:0/libx264 @ 0x563c57c669c0] [enc:libx264 @ 0x563c57c674c0] Could not open encoder before EOF
[vost#0:0/libx264 @ 0x563c57c669c0] Task finished with error code: -22 (Invalid argument)
[vost#0:0/libx264 @ 0x563c57c669c0] Terminating thread with return code -22 (Invalid argument)
[fc#0 @ 0x563c57c57740] Terminating thread with return code -1094995529 (Invalid data found when processing input)
[vost#1:0/mjpeg @ 0x563c57c6e140] [enc:mjpeg @ 0x563c57c6ec40] Could not open encoder before EOF
[vost#1:0/mjpeg @ 0x563c57c6e140] Task finished with error code: -22 (Invalid argument)
[vost#1:0/mjpeg @ 0x563c57c6e140] Terminating thread with return code -22 (Invalid argument)
[out#0/fifo @ 0x563c57c64b80] Nothing was written into output file, because at least one of its streams received no packets.
[out#1/null @ 0x563c57c6b9c0] Nothing was written into output file, because at least one of its streams received no packets.`;

/** As above: real JPEG frames with 60 bytes of each changed. The last words of a capture that lives. */
export const DAMAGED_JPEG_7 = `\
[mjpeg @ 0x3711bc00] error count: 64
[mjpeg @ 0x3711bc00] error y=0 x=5
[mjpeg @ 0x3711bc00] mjpeg_decode_dc: bad vlc: 0:1 (0x3714dae0)
[mjpeg @ 0x3711bc00] error dc
[mjpeg @ 0x3711bc00] error y=0 x=6
[mjpeg @ 0x3711bc00] mjpeg_decode_dc: bad vlc: 0:0 (0x3714dac8)
[mjpeg @ 0x3711bc00] error dc
[mjpeg @ 0x3711bc00] error y=1 x=17
[mjpeg @ 0x3711bc00] overread 8
[tcp @ 0x7f904c0020c0] Connection to tcp://127.0.0.1:1?timeout=0 failed: Connection refused`;

/** As above: JPEG frames without their last third, which are shown all the same. */
export const UNENDED_JPEG_9 = `\
[mjpeg @ 0x55731dada180] overread 8
[mjpeg @ 0x55731dada180] EOI missing, emulating
[mjpeg @ 0x55731dada180] overread 8
[mjpeg @ 0x55731dada180] EOI missing, emulating
[tcp @ 0x7f2344002980] Connection to tcp://127.0.0.1:1?timeout=0 failed: Connection refused`;

/** As above: x264's stream without SPS and PPS, as a camera gives that sends them only once. */
export const NO_PARAMETERS_5 = `\
[h264 @ 0x55869e7fbd80] non-existing PPS 0 referenced
[h264 @ 0x55869e7fbd80] decode_slice_header error
[h264 @ 0x55869e7fbd80] no frame!
Error while decoding stream #0:0: Invalid data found when processing input
[h264 @ 0x55869ea7e340] non-existing PPS 0 referenced
[h264 @ 0x55869ea7e340] decode_slice_header error
[h264 @ 0x55869ea7e340] no frame!
[h264 @ 0x55869e808440] non-existing PPS 0 referenced
[h264 @ 0x55869e808440] decode_slice_header error
[h264 @ 0x55869e808440] no frame!
Error while decoding stream #0:0: Invalid data found when processing input
    Last message repeated 2 times
Cannot determine format of input stream 0:0 after EOF
Error marking filters as finished`;

/** As above: random bytes instead of H.264. */
export const NO_H264_AT_ALL_9 = `\
[h264 @ 0x55fc11607840] missing picture in access unit with size 600000
[extract_extradata @ 0x55fc115fca80] No start code is found.
[in#0/h264 @ 0x55fc115fe100] could not find codec parameters
[h264 @ 0x55fc11625680] No start code is found.
[h264 @ 0x55fc11625680] Error splitting the input into NAL units.
[vist#0:0/h264 @ 0x55fc11608c40] [dec:h264 @ 0x55fc11622940] Decoding error: Invalid data found when processing input`;

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
