/** One fragment of a recording (`moof` and `mdat`): a run of pictures with their durations. */
import { box, fullBox, u32, u64 } from './boxes.ts';

/** One picture in decoding order; no B-frames, so it is shown at its decoding time. */
export interface Sample {
  /** NAL units, each with a length of 4 bytes in front. */
  readonly bytes: Buffer;
  readonly durationTicks: number;
  readonly keyframe: boolean;
}

const SYNC_FLAGS = 0x0200_0000;
const NON_SYNC_FLAGS = 0x0101_0000;
const TRUN_FLAGS = 0x000701;
const DEFAULT_BASE_IS_MOOF = 0x02_0000;

/** @param startTicks decoding time of the first picture since the start of the file */
export function recordingPart(number: number, startTicks: number, samples: readonly Sample[]): Buffer {
  const rows = samples.flatMap((sample) => [
    sample.durationTicks,
    sample.bytes.length,
    sample.keyframe ? SYNC_FLAGS : NON_SYNC_FLAGS,
  ]);
  const fragment = (dataOffset: number) =>
    box(
      'moof',
      fullBox('mfhd', 0, 0, u32(number)),
      box(
        'traf',
        fullBox('tfhd', 0, DEFAULT_BASE_IS_MOOF, u32(1)),
        fullBox('tfdt', 1, 0, u64(startTicks)),
        fullBox('trun', 0, TRUN_FLAGS, u32(samples.length, dataOffset, ...rows)),
      ),
    );
  // The data begins after this box and the head of the next one; its size does not depend on the offset.
  const moof = fragment(fragment(0).length + 8);
  return Buffer.concat([moof, box('mdat', ...samples.map((sample) => sample.bytes))]);
}
