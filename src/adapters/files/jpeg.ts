/** Just enough of JPEG to know that a picture is all there. */

/** Whether the bytes are one JPEG from its first marker (SOI) to its last (EOI). */
export function isWholeJpeg(bytes: Uint8Array): boolean {
  const { length } = bytes;
  return (
    length > 4 &&
    bytes[0] === 0xff &&
    bytes[1] === 0xd8 &&
    bytes[length - 2] === 0xff &&
    bytes[length - 1] === 0xd9
  );
}

/** ffmpeg's scale (2 the best, 31 the worst) for a quality of 1 to 100. */
export function ffmpegQuality(quality: number): number {
  return Math.round(31 - ((quality - 1) * 29) / 99);
}
