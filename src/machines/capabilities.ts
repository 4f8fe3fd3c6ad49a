/**
 * Whether two answers to the question what a camera can do agree, and what they have in common. Pure. They agree only
 * when they offer exactly the same: a mode that comes and goes is the one a capture would fail on
 * (docs/decisions/0017-answers-agree-wholly-or-not.md).
 */
import type { Capabilities, FrameSize, PixelFormat } from './values.ts';

/** Do both offer the same formats, sizes and rates on the same nodes, in whatever order? */
export function sameCapabilities(a: Capabilities, b: Capabilities): boolean {
  return JSON.stringify(offers(a)) === JSON.stringify(offers(b));
}

/** What both offer, in the order of the first; the words about the device are those of the second. */
export function commonCapabilities(a: Capabilities, b: Capabilities): Capabilities {
  const formats = a.formats.flatMap((format) => {
    const other = b.formats.filter(
      ({ fourcc, devicePath }) => fourcc === format.fourcc && devicePath === format.devicePath,
    );
    const shared = commonFormat(format, other);
    return shared === null ? [] : [shared];
  });
  return { ...b, formats };
}

function commonFormat(format: PixelFormat, others: readonly PixelFormat[]): PixelFormat | null {
  if (others.length === 0) return null;
  const sizes = format.sizes.flatMap((size) => {
    const rates = others.flatMap((other) => other.sizes.filter((one) => sameSize(one, size)));
    return rates.length === 0 ? [] : commonRates(size, rates);
  });
  const known = new Set(others.flatMap(({ sizeRanges }) => sizeRanges.map((range) => JSON.stringify(range))));
  const sizeRanges = format.sizeRanges.filter((range) => known.has(JSON.stringify(range)));
  const wasLost = sizes.length + sizeRanges.length < Math.min(1, modesOf(format));
  return wasLost ? null : { ...format, sizes, sizeRanges };
}

/** A size without rates is one whose driver lists none; one that has lost all of its rates is gone. */
function commonRates(size: FrameSize, others: readonly FrameSize[]): readonly FrameSize[] {
  const listed = new Set(others.flatMap(({ frameRatesFps }) => frameRatesFps));
  const frameRatesFps = size.frameRatesFps.filter((rate) => listed.has(rate));
  const wasLost = size.frameRatesFps.length > 0 && frameRatesFps.length === 0;
  return wasLost ? [] : [{ ...size, frameRatesFps }];
}

function modesOf({ sizes, sizeRanges }: PixelFormat): number {
  return sizes.length + sizeRanges.length;
}

function sameSize(a: FrameSize, b: FrameSize): boolean {
  return a.widthPx === b.widthPx && a.heightPx === b.heightPx;
}

/** Everything that can be captured, each once, in one order. */
function offers({ formats }: Capabilities): readonly string[] {
  const all = formats.flatMap(({ devicePath, fourcc, sizes, sizeRanges, encoder = null }) =>
    [
      ...sizes.flatMap(({ widthPx, heightPx, frameRatesFps }) =>
        (frameRatesFps.length > 0 ? frameRatesFps : [null]).map((rate) => [widthPx, heightPx, rate]),
      ),
      ...sizeRanges,
      // A driver may list a format and keep its sizes to itself.
      ...(sizes.length + sizeRanges.length > 0 ? [] : [null]),
    ].map((mode) => JSON.stringify([devicePath, fourcc, mode, encoder])),
  );
  return [...new Set(all)].toSorted();
}
