/**
 * Reads `v4l2-ctl --list-formats-ext` of v4l-utils 1.22 and newer. Pure. Takes rates from the printed frames per
 * second, never from the seconds: those have three decimals only, and 0.033 s is 30 as well as 29.97.
 */
import type { FrameSize, FrameSizeRange, PixelFormat } from '../../machines/values.ts';

export interface ListedFormat extends Omit<PixelFormat, 'devicePath'> {
  /** Made by libv4l2 in software; a program that opens the device itself cannot have it. */
  readonly emulated: boolean;
}

interface OpenFormat {
  readonly fourcc: string;
  readonly description: string;
  readonly compressed: boolean;
  readonly emulated: boolean;
  readonly sizes: OpenSize[];
  readonly sizeRanges: OpenRange[];
}

type OpenSize = { widthPx: number; heightPx: number; frameRatesFps: Set<number> };
type OpenRange = { -readonly [K in keyof FrameSizeRange]: FrameSizeRange[K] };

/** All formats in the driver's order; its order is its preference. */
export function parseFormats(text: string): readonly ListedFormat[] {
  const formats: OpenFormat[] = [];
  let current: OpenSize | OpenRange | undefined;
  for (const line of text.split('\n')) {
    const format = formatOf(line);
    if (format !== null) {
      formats.push(format);
      current = undefined;
      continue;
    }
    const open = formats.at(-1);
    if (open === undefined) continue;
    const size = sizeOf(line);
    if (size !== null) {
      current = size;
      if ('minWidthPx' in size) open.sizeRanges.push(size);
      else open.sizes.push(size);
      continue;
    }
    const rates = ratesOf(line);
    if (rates !== null && current !== undefined) addRates(current, rates);
  }
  return formats.map((format) => ({ ...format, sizes: format.sizes.map(closed) }));
}

const FORMAT = /^\s*\[\d+\]: '(.{4}(?:-BE)?)' \((.*)\)\s*$/;
const FLAG =
  /, (compressed|emulated|continuous-bytestream|dyn-resolution|enc-cap-frame-interval|csc-[a-z-]+)$/;

function formatOf(line: string): OpenFormat | null {
  const found = FORMAT.exec(line);
  if (found === null) return null;
  // Flags stand behind the description, which may itself hold commas and brackets.
  let description = found[2]!;
  const flags = new Set<string>();
  for (let flag = FLAG.exec(description); flag !== null; flag = FLAG.exec(description)) {
    flags.add(flag[1]!);
    description = description.slice(0, flag.index);
  }
  return {
    fourcc: found[1]!,
    description,
    compressed: flags.has('compressed'),
    emulated: flags.has('emulated'),
    sizes: [],
    sizeRanges: [],
  };
}

const DISCRETE_SIZE = /^\s*Size: Discrete (\d+)x(\d+)\s*$/;
const RANGED_SIZE =
  /^\s*Size: (?:Stepwise|Continuous) (\d+)x(\d+) - (\d+)x(\d+)(?: with step (\d+)\/(\d+))?\s*$/;

function sizeOf(line: string): OpenSize | OpenRange | null {
  const discrete = DISCRETE_SIZE.exec(line);
  if (discrete !== null) {
    return { widthPx: Number(discrete[1]), heightPx: Number(discrete[2]), frameRatesFps: new Set() };
  }
  const range = RANGED_SIZE.exec(line);
  if (range === null) return null;
  return {
    minWidthPx: Number(range[1]),
    maxWidthPx: Number(range[3]),
    stepWidthPx: stepOf(range[5]),
    minHeightPx: Number(range[2]),
    maxHeightPx: Number(range[4]),
    stepHeightPx: stepOf(range[6]),
    minFps: null,
    maxFps: null,
  };
}

/** Continuous sizes have a step of 1; a printed 0 comes from drivers whose least is their most. */
function stepOf(text: string | undefined): number {
  return Math.max(1, Number(text ?? 1));
}

const DISCRETE_RATE = /^\s*Interval: Discrete .*\((\d+\.\d+) fps\)\s*$/;
const RANGED_RATE = /^\s*Interval: (?:Stepwise|Continuous) .*\((\d+\.\d+)-(\d+\.\d+) fps\)\s*$/;

/** Lowest and highest rate of one interval line. */
function ratesOf(line: string): readonly [number, number] | null {
  const discrete = DISCRETE_RATE.exec(line);
  if (discrete !== null) return [Number(discrete[1]), Number(discrete[1])];
  const range = RANGED_RATE.exec(line);
  return range === null ? null : [Number(range[1]), Number(range[2])];
}

/** Offered between the ends of a range of intervals; a driver that steps takes the nearest it has. */
const USUAL_RATES_FPS = [120, 100, 90, 75, 60, 50, 30, 25, 24, 20, 15, 12.5, 10, 7.5, 5, 2, 1];

function addRates(size: OpenSize | OpenRange, [lowest, highest]: readonly [number, number]): void {
  if ('minWidthPx' in size) {
    size.minFps = Math.min(size.minFps ?? lowest, lowest);
    size.maxFps = Math.max(size.maxFps ?? highest, highest);
    return;
  }
  for (const rate of [lowest, highest, ...USUAL_RATES_FPS]) {
    if (rate > 0 && rate >= lowest && rate <= highest) size.frameRatesFps.add(rate);
  }
}

function closed(size: OpenSize): FrameSize {
  return { ...size, frameRatesFps: [...size.frameRatesFps].sort((a, b) => b - a) };
}
