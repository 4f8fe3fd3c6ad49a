/**
 * Records the first H.264 track of a stream: waits for a keyframe, cuts files at keyframes, starts anew 2 s
 * after an error. Other tracks are left out. Never deletes a file.
 */
import type { Log } from '../log.ts';
import {
  type AccessUnit,
  NAL_DELIMITER,
  NAL_IDR,
  NAL_PPS,
  NAL_SPS,
  nalType,
} from '../stream/h264-depacketiser.ts';
import { counterDistance } from '../stream/rtp.ts';
import { isH264 } from '../stream/sdp.ts';
import type { Stream, StreamReader } from '../stream/stream.ts';
import type { Track } from '../stream/track.ts';
import { u32 } from './boxes.ts';
import { recordFile } from './record-path.ts';
import { Segment } from './segment.ts';

const RESTART_PAUSE_MS = 2000;
/** The pictures' own clock may run away from the wall clock by this much before a new file is begun. */
const DRIFT_LIMIT_MS = 5000;

export interface RecorderOptions {
  readonly path: string;
  readonly recordPath: string;
  readonly partDurationMs: number;
  readonly maxPartBytes: number;
  readonly segmentDurationMs: number;
}

interface Pending {
  readonly bytes: Buffer;
  readonly keyframe: boolean;
  readonly ticks: number;
  readonly atMicros: number;
}

export class Recorder implements StreamReader {
  readonly #stream: Stream;
  readonly #track: Track | undefined;
  readonly #options: RecorderOptions;
  readonly #log: Log;
  #segment: Segment | null = null;
  /** Parameter sets that the current file was begun with. */
  #header: { sps: Buffer; pps: Buffer } | null = null;
  /** The newest picture: its duration is known when the next one comes. */
  #pending: Pending | null = null;
  #lastTimestamp = 0;
  #start: { ticks: number; atMicros: number } | null = null;
  #restart: NodeJS.Timeout | null = null;

  constructor(stream: Stream, options: RecorderOptions, log: Log) {
    this.#stream = stream;
    this.#options = options;
    this.#log = log;
    this.#track = stream.tracks.find((track) => isH264(track.media));
    if (this.#track === undefined) {
      log('warn', '[recorder] no supported tracks found, skipping recording');
      return;
    }
    log('info', '[recorder] recording 1 track (H264)');
    stream.addReader(this);
  }

  /** Ends recording; the file is complete when this returns. */
  close(): void {
    if (this.#restart !== null) clearTimeout(this.#restart);
    this.#stream.removeReader(this);
    this.#closeSegment();
    this.#log('info', '[recorder] recording stopped');
  }

  picture(track: number, picture: AccessUnit): void {
    if (this.#stream.tracks[track] !== this.#track || this.#restart !== null) return;
    try {
      this.#take(picture);
    } catch (error) {
      this.#log('error', `[recorder] ${error instanceof Error ? error.message : String(error)}`);
      this.#closeSegment();
      this.#restart = setTimeout(() => {
        this.#restart = null;
      }, RESTART_PAUSE_MS);
    }
  }

  #take(picture: AccessUnit): void {
    const keyframe = picture.nals.some((nal) => nalType(nal) === NAL_IDR);
    const previous = this.#pending;
    if (previous === null && !keyframe) return;
    const step =
      previous === null ? 0 : Math.max(0, counterDistance(this.#lastTimestamp, picture.rtpTimestamp, 32));
    const next: Pending = {
      bytes: lengthPrefixed(picture.nals),
      keyframe,
      ticks: (previous?.ticks ?? 0) + step,
      atMicros: picture.atMicros,
    };
    this.#lastTimestamp = picture.rtpTimestamp;
    this.#pending = next;
    if (previous === null) return;
    this.#refuseDrift(previous);
    this.#segment ??= this.#begin(previous);
    this.#segment.write({ bytes: previous.bytes, durationTicks: step, keyframe: previous.keyframe });
    if (keyframe && this.#mustEnd(next)) {
      this.#segment.close();
      this.#segment = null;
    }
  }

  #begin(first: Pending): Segment {
    const { sps, pps, clockRateHz } = this.#track ?? { sps: null, pps: null, clockRateHz: 1 };
    if (sps === null || pps === null) throw new Error('parameter sets are missing');
    this.#header = { sps, pps };
    return new Segment({
      file: recordFile(this.#options.recordPath, this.#options.path, first.atMicros),
      header: { sps, pps, timescale: clockRateHz },
      partDurationMs: this.#options.partDurationMs,
      maxPartBytes: this.#options.maxPartBytes,
      startTicks: first.ticks,
    });
  }

  #mustEnd(next: Pending): boolean {
    const segmentMs = this.#ms(next.ticks - (this.#segment?.startTicks ?? 0));
    const changed = this.#header?.sps !== this.#track?.sps || this.#header?.pps !== this.#track?.pps;
    return changed || segmentMs >= this.#options.segmentDurationMs;
  }

  #refuseDrift(picture: Pending): void {
    this.#start ??= { ticks: picture.ticks, atMicros: picture.atMicros };
    const elapsedMs = (picture.atMicros - this.#start.atMicros) / 1000;
    if (Math.abs(elapsedMs - this.#ms(picture.ticks - this.#start.ticks)) > DRIFT_LIMIT_MS) {
      throw new Error('detected drift between recording duration and absolute time, resetting');
    }
  }

  #closeSegment(): void {
    try {
      this.#segment?.close();
    } catch (error) {
      this.#log('error', `[recorder] ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#segment = null;
    this.#pending = null;
    this.#start = null;
  }

  #ms(ticks: number): number {
    return (ticks / (this.#track?.clockRateHz ?? 1)) * 1000;
  }
}

/** As MP4 wants it; parameter sets stand in the file's head, delimiters are of no use. */
function lengthPrefixed(nals: readonly Buffer[]): Buffer {
  const kept = nals.filter((nal) => ![NAL_SPS, NAL_PPS, NAL_DELIMITER].includes(nalType(nal)));
  return Buffer.concat(kept.flatMap((nal) => [u32(nal.length), nal]));
}
