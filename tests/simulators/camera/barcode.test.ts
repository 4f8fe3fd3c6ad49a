import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { type Barcode, barcodeCells, decodeBarcode } from '../../../src/simulators/camera/barcode.ts';
import { Painter } from '../../../src/simulators/camera/picture.ts';
import { barcodesOf, jumpsIn } from '../../support/frames.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const MOMENT: Barcode = { camera: 37, counter: 11_184_811, epochMs: 1_795_408_093_456 };

function paintedLuma(widthPx: number, heightPx: number, moment = MOMENT): Uint8Array {
  const painter = new Painter(widthPx, heightPx, 'Synthetic Camera 37');
  const picture = Buffer.alloc(painter.sizeBytes);
  painter.paint(picture, moment);
  return Uint8Array.from({ length: widthPx * heightPx }, (_, i) => picture[2 * i]!);
}

describe('barcode', () => {
  test.each([
    [160, 120],
    [320, 240],
    [354, 288],
    [640, 480],
    [1920, 1080],
  ])('reads camera, counter and time off a picture of %i x %i', (widthPx, heightPx) => {
    expect(decodeBarcode(paintedLuma(widthPx, heightPx), widthPx, heightPx)).toEqual(MOMENT);
  });

  test('reads the largest values it can hold', () => {
    const largest = { camera: 255, counter: 2 ** 24 - 1, epochMs: 2 ** 48 - 1 };
    const luma = new Uint8Array(320 * 240);
    for (const { left, top, right, bottom, white } of barcodeCells(largest, 320)) {
      for (let y = top; y < bottom; y++) luma.fill(white ? 235 : 16, y * 320 + left, y * 320 + right);
    }
    expect(decodeBarcode(luma, 320, 240)).toEqual(largest);
  });

  test('reads nothing from a picture with one cell turned over', () => {
    const luma = paintedLuma(320, 240);
    for (let y = 8; y < 16; y++) for (let x = 80; x < 88; x++) luma[y * 320 + x] = 251 - luma[y * 320 + x]!;
    expect(decodeBarcode(luma, 320, 240)).toBeNull();
  });

  test('reads nothing from a gray picture, nor from one that is too small', () => {
    expect(decodeBarcode(new Uint8Array(320 * 240).fill(128), 320, 240)).toBeNull();
    expect(decodeBarcode(new Uint8Array(16), 4, 4)).toBeNull();
  });

  test('survives H.264 at 600 kbit/s, scaling to half and the worst JPEG', async () => {
    const folder = await temporaryFolder();
    const painter = new Painter(320, 240, 'Synthetic Camera 3');
    const frames = Array.from({ length: 30 }, (_, counter) => {
      const picture = Buffer.alloc(painter.sizeBytes);
      painter.paint(picture, { camera: 3, counter, epochMs: 1_795_408_093_456 + 100 * counter });
      return picture;
    });
    const raw = [
      '-f',
      'rawvideo',
      '-pixel_format',
      'yuyv422',
      '-video_size',
      '320x240',
      '-framerate',
      '10',
      '-i',
      '-',
    ];
    const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'];
    const rate = ['-b:v', '600k', '-maxrate', '600k', '-bufsize', '600k'];
    const video = join(folder, 'video.mp4');
    const half = join(folder, 'half.mp4');
    const jpeg = join(folder, '%02d.jpg');
    const outputs = [
      ...x264,
      ...rate,
      video,
      ...x264,
      ...rate,
      '-vf',
      'scale=160:-2',
      half,
      '-q:v',
      '31',
      jpeg,
    ];
    await execa('ffmpeg', ['-v', 'error', '-y', ...raw, ...outputs], { input: Buffer.concat(frames) });
    for (const file of [video, half, jpeg]) {
      const barcodes = await barcodesOf(file);
      expect(barcodes).toHaveLength(30);
      expect(barcodes).not.toContain(null);
      expect(jumpsIn(barcodes)).toEqual([]);
    }
  });
});
