/**
 * The plain values that machines, adapters and api share. No behaviour, no xstate.
 * `Ms` ends a duration or a monotonic instant, `atMs` is Unix epoch UTC, `monoMs` the monotonic clock.
 */
import type { Trouble } from './errors.ts';

/** `camera0`, `camera1`, ... : the only name of a camera that clients ever see; also its path name. */
export type CameraId = string;

// ---------------------------------------------------------------- devices

/** One capture-capable-or-not device node, as a device source reports it. */
export interface DeviceNode {
  readonly origin: 'v4l2' | 'synthetic';
  /** Unique while plugged; the kernel's syspath, or `/synthetic/<n>`. */
  readonly syspath: string;
  /** `/dev/video0`, or the synthetic camera's stream socket. */
  readonly devicePath: string;
  readonly vendorId: string | null;
  readonly productId: string | null;
  readonly serial: string | null;
  /** udev's ID_PATH: where it is plugged in. */
  readonly portPath: string | null;
  /** USB interface number for devices that hold several cameras. */
  readonly interfaceNumber: string | null;
  readonly productName: string | null;
  /** The driver's number of the node among those of one device; absent where nobody says. */
  readonly index?: number;
  /** Syspath of the physical device the node belongs to (nodes with the same one are one camera). */
  readonly parentSyspath: string | null;
  /** udev's ID_V4L_CAPABILITIES: false where it says that the node does not capture; absent where nobody says. */
  readonly captures?: boolean;
}

export type DeviceChange =
  | { readonly type: 'node.added'; readonly node: DeviceNode }
  | { readonly type: 'node.changed'; readonly node: DeviceNode }
  | { readonly type: 'node.removed'; readonly syspath: string };

export type DeviceSourceKind = 'udev' | 'udevadm' | 'polling' | 'synthetic';

/** All nodes of one physical camera. */
export interface Device {
  readonly identity: Identity;
  readonly nodes: readonly DeviceNode[];
  /** Places of other devices that show the same serial now. */
  readonly twins?: readonly string[];
}

/** What a camera is known by. Never a /dev/videoN. */
export interface Identity {
  /** The one of both keys that counts, e.g. `usb:046d:0825:SERIAL:00`, `port:pci-0000:00:14.0-usb-0:1:1.0:00`, `synthetic:1`. */
  readonly key: string;
  readonly matchedBy: 'serial' | 'port' | 'path' | 'synthetic';
  /** True where another camera, plugged in or remembered, shows the same serial: then the place decides. */
  readonly ambiguous: boolean;
  /** null: no serial, or one that many units bear. Absent in records of version 0.1.0, like the next two. */
  readonly serialKey?: string | null | undefined;
  /** Where it is plugged in, or was last. */
  readonly placeKey?: string | null | undefined;
  /** Vendor and product, `046d:0825`; null for what is no USB device. */
  readonly model?: string | null | undefined;
}

// ----------------------------------------------------------- capabilities

export interface FrameSize {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Descending; 29.97 stands for 30000/1001 (three decimals). Empty where the driver lists none. */
  readonly frameRatesFps: readonly number[];
}

export interface FrameSizeRange {
  readonly minWidthPx: number;
  readonly maxWidthPx: number;
  readonly stepWidthPx: number;
  readonly minHeightPx: number;
  readonly maxHeightPx: number;
  readonly stepHeightPx: number;
  readonly minFps: number | null;
  readonly maxFps: number | null;
}

export interface PixelFormat {
  /** The node that gives it: one camera may offer raw pictures on one node and compressed ones on another. */
  readonly devicePath: string;
  /** V4L2's four characters: YUYV, MJPG, H264, ... */
  readonly fourcc: string;
  readonly description: string;
  readonly compressed: boolean;
  readonly sizes: readonly FrameSize[];
  /** Stepwise or continuous sizes; empty for discrete ones. */
  readonly sizeRanges: readonly FrameSizeRange[];
  /** What can be set of the camera's own encoder; absent for formats that are not encoded video. */
  readonly encoder?: EncoderKnobs;
}

/** Whether the driver has a control for it. */
export interface EncoderKnobs {
  readonly bitrate: boolean;
  /** Distance of keyframes. */
  readonly gop: boolean;
}

export interface Capabilities {
  readonly card: string;
  readonly driver: string;
  readonly busInfo: string;
  /** V4L2's words: `Video Capture`, `Streaming`, ... Like the words above those of the first node that captures. */
  readonly deviceCaps: readonly string[];
  readonly formats: readonly PixelFormat[];
}

export interface ProbeResult {
  /** The first node that captures. */
  readonly devicePath: string;
  /** Of all nodes that capture. */
  readonly capabilities: Capabilities;
}

/** All that a plan is made of: what the camera gives, and what this host encodes with beside software. */
export interface ProbedCamera extends ProbeResult {
  readonly hardwareEncoders: readonly HardwareEncoder[];
}

// ---------------------------------------------------------------- controls

export type ControlType = 'int' | 'int64' | 'bool' | 'menu' | 'intmenu' | 'button' | 'bitmask' | 'string';

/** A switch is 0 or 1, a menu's item its number; text for strings alone. */
export type ControlValue = number | string;

/** Something of a camera that can be set: V4L2's controls. */
export interface Control {
  /** As v4l2-ctl calls it: `brightness`, `focus_absolute`. */
  readonly name: string;
  /** V4L2's class: `User Controls`, `Camera Controls`. */
  readonly section: string;
  readonly type: ControlType;
  /** null where the type has none. Of a string: characters. */
  readonly min: number | null;
  readonly max: number | null;
  readonly step: number | null;
  readonly default: ControlValue | null;
  /** null: a button has none, and one that is only written does not tell it. */
  readonly value: ControlValue | null;
  /** Of a menu, those that the camera has. */
  readonly menu: readonly { readonly index: number; readonly name: string }[];
  /** V4L2's words: `inactive`, `read-only`, `write-only`, `volatile`, `grabbed`, `disabled`, ... */
  readonly flags: readonly string[];
}

/** A control and a value: what an operator wants, or what a camera tells. */
export interface ControlSetting {
  readonly name: string;
  readonly value: ControlValue;
}

/** The node whose controls are meant. */
export interface ControlTarget {
  readonly origin: DeviceNode['origin'];
  readonly devicePath: string;
}

/** A control that does not keep what was set. */
export interface ControlDrift {
  readonly name: string;
  readonly wanted: ControlValue;
  /** null: the camera does not tell it. */
  readonly found: ControlValue | null;
}

// ----------------------------------------------------------------- capture

/** What may become of a camera's own H.264. `stanag4406`: copied only when its SPS conforms; `compatible`: copied when
 * browsers play it; `copy`: never encoded. */
export type EncodingProfile = 'stanag4406' | 'compatible' | 'copy';

/** ffmpeg's names; `copy`: the camera's own H.264 goes out as it comes. */
export type Encoder = 'copy' | 'libx264' | HardwareEncoder['name'];

/** An encoder of this host that made a picture when it was tried. */
export interface HardwareEncoder {
  readonly name: 'h264_vaapi' | 'h264_v4l2m2m';
  /** The render node that it needs, where it needs one. */
  readonly devicePath: string | null;
}

/** A camera's own H.264 in one of its modes, as its parameter sets and its first seconds tell. */
export interface ExaminedH264 {
  /** Which camera it was: another one may be plugged into the same port. */
  readonly card: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rateFps: number;
  /** null: no decoder can start on it, since no parameter sets came. */
  readonly stream: H264Stream | null;
}

export interface H264Stream {
  /** ffprobe's words: `Constrained Baseline`, `Main`, `High`, ... */
  readonly profile: string;
  /** 3 for 3.0, 3.1, 4, ... */
  readonly level: number;
  /** As coded; may differ from what was asked for. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** ffmpeg's word: `yuv420p`, `yuvj420p`, ... */
  readonly pixelFormat: string;
  /** B-frames: browsers do not play them by WebRTC. */
  readonly reordered: boolean;
  /** The longest distance that was seen; null: fewer than two keyframes came. */
  readonly keyframeIntervalMs: number | null;
}

/** The picture taken from the device and the encoding it is published with. */
export interface CapturePlan {
  readonly cameraId: CameraId;
  readonly cameraName: string;
  readonly origin: DeviceNode['origin'];
  readonly devicePath: string;
  readonly fourcc: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rateFps: number;
  readonly encoder: Encoder;
  /** Of the encoder, where it needs one. */
  readonly encoderDevicePath: string | null;
  /** Decoding keyframes alone costs next to nothing, and is often enough where they come often enough. */
  readonly tapFrom: 'all' | 'keyframes';
}

/** A data-plane process: a pid is only itself together with its start time. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat, clock ticks since boot. */
  readonly startTicks: number;
  /** `<data id>/<role>/<owner>/<nonce>`, the value of CAMERA_SERVICE_MARK. */
  readonly mark: string;
  /** True when an earlier life of this service started it. */
  readonly adopted: boolean;
}

export interface ProcessEnd {
  /** null for a signal, and for an adopted process (not our child: its code is not to be had). */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Why, as far as its own last words tell. */
  readonly trouble: Trouble;
}

/** One picture seen in the tap file. */
export interface TappedFrame {
  readonly sizeBytes: number;
  /** Hash of the content: equal digests are a frozen picture. */
  readonly digest: string;
  /** When we saw the file change, not its time stamp. */
  readonly seenMonoMs: number;
  /** Mean brightness, 0 to 255, of this picture or the one beside it; null: not to be had. */
  readonly luma: number | null;
}

// ------------------------------------------------------------ media server

export interface MediaServerInfo {
  readonly kind: 'mediamtx' | 'simulator';
  /** Without a leading v: `1.20.1`. */
  readonly version: string;
  /** RFC 3339 stamp that names one incarnation of the server. */
  readonly started: string;
}

/** Which of our folders a media server uses as we see them. */
export interface FoldersSeen {
  /** A reader's demand arrives as a touched file. */
  readonly demand: boolean;
  /** What it records lies where we look for it, and is ours to move. */
  readonly recording: boolean;
}

/** What the entry of one path in the server's configuration has to be. */
export interface PathEntry {
  readonly name: CameraId;
  /** Seconds-exact limits that MediaMTX gets with `runOnDemand`. */
  readonly demandStartTimeoutMs: number;
  /** null: not recording. */
  readonly record: RecordSettings | null;
}

export interface RecordSettings {
  /** Recording session; MediaMTX's recordPath is `<parts folder>/%path/<session>_%s-%f`. */
  readonly session: string;
  readonly segmentDurationMs: number;
}

/** One line of `/v3/paths/list`. */
export interface PathObservation {
  readonly name: string;
  readonly available: boolean;
  /** As the server prints it; a change is a new publisher. */
  readonly availableTime: string | null;
  readonly sourceId: string | null;
  readonly inboundBytes: number;
  /** Readers now; the recorder and the HLS muxer are not among them. */
  readonly readers: number;
}

/** A connection that publishes on a path, as the media server and the kernel tell of it. */
export interface PathPublisher {
  /** For people: `RTSP`, `RTMP`, `SRT`, `WebRTC`. */
  readonly protocol: string;
  /** MediaMTX's word for its kind, such as `rtspSession`, and its id there. */
  readonly kind: string;
  readonly id: string;
  /** Host and port; empty where it is not known. */
  readonly remoteAddress: string;
  /** Who holds it on this host: its name only, arguments may hold secrets. Null elsewhere. */
  readonly process: { readonly pid: number; readonly command: string } | null;
}

// --------------------------------------------------------------- recording

export type RecordingFormat = 'fmp4' | 'mp4' | 'mkv' | 'mpegts';

export type RecordingEndReason =
  | 'requested'
  | 'duration_reached'
  | 'camera_disconnected'
  | 'camera_disabled'
  | 'camera_forgotten'
  | 'stream_failed'
  | 'media_server_lost'
  | 'storage_critical'
  | 'storage_missing'
  | 'not_ready_in_time'
  | 'service_stopped';

/** What was ordered; persisted as a wish until the session has ended. */
export interface RecordingOrder {
  /** Session and file name, without extension: `camera0_2026-11-23_04-28-13`. */
  readonly session: string;
  readonly cameraId: CameraId;
  readonly format: RecordingFormat;
  /** null: until stopped. Counts from the first part's start. */
  readonly durationMs: number | null;
  readonly segmentDurationMs: number;
  readonly orderedAtMs: number;
  readonly correlationId: string | null;
}

/** One file that MediaMTX wrote for a session. */
export interface RecordedPart {
  /** Base name inside the camera's folder of parts. */
  readonly file: string;
  readonly startedAtMs: number;
  /** null while the recorder still writes it. */
  readonly durationMs: number | null;
  readonly sizeBytes: number;
}

export interface RecordingGap {
  readonly fromAtMs: number;
  readonly toAtMs: number;
  /** stable snake_case: `capture_lost`, `media_server_lost`, `camera_disconnected`, ... */
  readonly cause: string;
}

/** The sidecar of a finished session, and an entry of list_recordings. */
export interface FinishedRecording {
  readonly session: string;
  readonly cameraId: CameraId;
  readonly format: RecordingFormat;
  readonly reason: RecordingEndReason;
  readonly outcome: 'completed' | 'failed';
  readonly orderedAtMs: number;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number;
  /** Sum of the parts. */
  readonly durationMs: number;
  readonly sizeBytes: number;
  /** File names inside the recordings folder, in order; the first bears the session's name. */
  readonly parts: readonly RecordedPart[];
  readonly gaps: readonly RecordingGap[];
  /** How many times a new life of the service took the session over. */
  readonly adoptions: number;
  /** Recorded beyond the wished duration while the service was dead, and cut off. */
  readonly overrunMs: number;
  /** One sentence where something could not be done (a remux, a sidecar). */
  readonly warning: string | null;
}

export interface SnapshotRequest {
  readonly cameraId: CameraId;
  readonly format: 'jpg' | 'png';
  /** 1 to 100; null: as tapped. */
  readonly quality: number | null;
  /** Wished name with or without extension; null: made from camera and time. */
  readonly filename: string | null;
}

export interface SavedSnapshot {
  readonly filename: string;
  readonly sizeBytes: number;
  readonly takenAtMs: number;
}

// ----------------------------------------------------------------- storage

export interface StorageMeasure {
  readonly totalBytes: number;
  readonly availableBytes: number;
  readonly writable: boolean;
  /** Not writable for want of space alone, or of quota, whatever the figures say. */
  readonly full: boolean;
  /** Why it is not there or not writable; null when it is. */
  readonly problem: string | null;
}

// ------------------------------------------------------------------ wishes

export interface KnownCamera {
  readonly id: CameraId;
  readonly identity: Identity;
  readonly name: string;
  readonly disabled: boolean;
  /** Switched on by start_streaming and not off since. */
  readonly streamWanted: boolean;
  /** What was learnt of its own H.264, by mode: a camera is examined once. */
  readonly examined: readonly ExaminedH264[];
  /** When it was last known to be plugged in: its plug, then its unplug. null: of an older service. */
  readonly lastSeenAtMs: number | null;
  /** Controls that an operator has set, each once; they are set again when the camera forgets them. */
  readonly controls: readonly ControlSetting[];
}

/** A session that should be running. Written before it is armed, removed after its sidecar is. */
export interface RecordingWish {
  readonly order: RecordingOrder;
  readonly gaps: readonly RecordingGap[];
  readonly adoptions: number;
  /** Set once an end was decided, so that a crash while finalising does not record on. */
  readonly ending: RecordingEndReason | null;
  /** When the wished duration is over; null without one, before the first picture, and after a reboot. */
  readonly deadlineMonoMs: number | null;
  /** The part being written, and when it began; null as above. */
  readonly openPart: OpenPart | null;
}

export interface OpenPart {
  readonly file: string;
  readonly sinceMonoMs: number;
}

/** Everything that must survive a crash of the service. */
export interface Wishes {
  readonly cameras: readonly KnownCamera[];
  readonly recordings: readonly RecordingWish[];
}
