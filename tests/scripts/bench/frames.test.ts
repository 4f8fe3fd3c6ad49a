import { expect, test } from 'vitest';
import { clientFrame, FrameReader } from '../../../scripts/bench/parts/frames.ts';

/** An unmasked text frame, as a server sends it. */
function serverFrame(text: string): Buffer {
  const { length } = text;
  const head =
    length < 126 ? [0x81, length] : length < 65_536 ? [0x81, 126, length >> 8, length & 255] : null;
  if (head !== null) return Buffer.concat([Buffer.from(head), Buffer.from(text)]);
  const long = Buffer.alloc(10);
  long.set([0x81, 127]);
  long.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([long, Buffer.from(text)]);
}

const stream = Buffer.concat(
  ['a', 'b'.repeat(125), 'c'.repeat(126), 'd'.repeat(70_000), ''].map(serverFrame),
);

test.each([1, 2, 3, 7, 128, 4096, stream.length])(
  'frames are read whole, however they are cut: %i',
  (size) => {
    const firsts: string[] = [];
    const reader = new FrameReader((bytes, start) => firsts.push(bytes.toString('utf8', start, start + 1)));
    const frames = stream.subarray(0, -serverFrame('').length);
    for (let at = 0; at < frames.length; at += size) reader.read(frames.subarray(at, at + size));
    expect(firsts).toEqual(['a', 'b', 'c', 'd']);
  },
);

test('an empty frame is a frame', () => {
  let frames = 0;
  const reader = new FrameReader(() => {
    frames += 1;
  });
  reader.read(Buffer.concat([serverFrame(''), serverFrame('x')]));
  expect(frames).toBe(2);
});

test('a ping between the answers is passed over', () => {
  const seen: string[] = [];
  const reader = new FrameReader((bytes, start) => seen.push(bytes.toString('utf8', start, start + 1)));
  reader.read(Buffer.concat([serverFrame('a'), Buffer.from([0x89, 0]), serverFrame('b')]));
  expect(seen).toEqual(['a', 'b']);
});

test('a close frame is no answer', () => {
  const reader = new FrameReader(() => undefined);
  expect(() => reader.read(Buffer.from([0x88, 0x02, 0x03, 0xe8]))).toThrow('a frame of kind 88');
});

test.each([
  ['x'.repeat(125), 2 + 4],
  ['x'.repeat(126), 4 + 4],
])('a client frame is masked and has its length', (text, headBytes) => {
  const frame = clientFrame(text);
  expect(frame.length).toBe(headBytes + text.length);
  expect((frame[1] ?? 0) & 0x80).toBe(0x80);
  expect(frame.subarray(headBytes).toString()).toBe(text);
});
