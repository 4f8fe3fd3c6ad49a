/**
 * The head of a recording: `ftyp` and `moov` for one H.264 track whose pictures follow in fragments. The
 * movie's duration (milliseconds) is 0 until the file is closed, then it is written in place.
 */
import { parseSps } from '../stream/sps.ts';
import { box, fullBox, u8, u16, u32 } from './boxes.ts';

/** Ticks per second of the movie header: its duration is in milliseconds. */
const MOVIE_TIMESCALE = 1000;
const TRACK_ID = 1;
const IDENTITY_MATRIX = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

export interface HeaderFacts {
  readonly sps: Buffer;
  readonly pps: Buffer;
  /** Ticks per second of the pictures' times. */
  readonly timescale: number;
}

const FTYP = box('ftyp', Buffer.from('mp42'), u32(1), Buffer.from('mp41mp42isomhlsf'));

/** Where the movie's duration stands in the file: after the heads of ftyp, moov and mvhd and four fields. */
export const DURATION_OFFSET = FTYP.length + 8 + 8 + 16;

/** ftyp and moov. */
export function recordingHeader(facts: HeaderFacts): Buffer {
  const mvhd = fullBox(
    'mvhd',
    0,
    0,
    u32(0, 0, MOVIE_TIMESCALE, 0, 0x10000),
    u16(0x0100, 0),
    u32(0, 0),
    IDENTITY_MATRIX,
    u32(0, 0, 0, 0, 0, 0, TRACK_ID + 1),
  );
  const trex = fullBox('trex', 0, 0, u32(TRACK_ID, 1, 0, 0, 0));
  return Buffer.concat([FTYP, box('moov', mvhd, trackBox(facts), box('mvex', trex))]);
}

function trackBox(facts: HeaderFacts): Buffer {
  const size = parseSps(facts.sps);
  const widthPx = size?.widthPx ?? 0;
  const heightPx = size?.heightPx ?? 0;
  const tkhd = fullBox(
    'tkhd',
    0,
    3,
    u32(0, 0, TRACK_ID, 0, 0, 0, 0),
    u16(0, 0, 0, 0),
    IDENTITY_MATRIX,
    u32(widthPx * 0x10000, heightPx * 0x10000),
  );
  const mdhd = fullBox('mdhd', 0, 0, u32(0, 0, facts.timescale, 0), u16(0x55c4, 0));
  const hdlr = fullBox(
    'hdlr',
    0,
    0,
    u32(0),
    Buffer.from('vide'),
    u32(0, 0, 0),
    Buffer.from('VideoHandler\0'),
  );
  const dinf = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)));
  const stbl = box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), sampleEntry(facts, widthPx, heightPx)),
    fullBox('stts', 0, 0, u32(0)),
    fullBox('stsc', 0, 0, u32(0)),
    fullBox('stsz', 0, 0, u32(0, 0)),
    fullBox('stco', 0, 0, u32(0)),
  );
  const minf = box('minf', fullBox('vmhd', 0, 1, u16(0, 0, 0, 0)), dinf, stbl);
  return box('trak', tkhd, box('mdia', mdhd, hdlr, minf));
}

function sampleEntry(facts: HeaderFacts, widthPx: number, heightPx: number): Buffer {
  const { sps, pps } = facts;
  const configuration = box(
    'avcC',
    u8(1, sps[1] ?? 0, sps[2] ?? 0, sps[3] ?? 0, 0xff, 0xe1),
    u16(sps.length),
    sps,
    u8(1),
    u16(pps.length),
    pps,
  );
  return box(
    'avc1',
    u16(0, 0, 0, 1),
    u32(0, 0, 0, 0),
    u16(widthPx, heightPx),
    u32(0x480000, 0x480000, 0),
    u16(1),
    Buffer.alloc(32),
    u16(0x18, 0xffff),
    configuration,
  );
}
