import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isCaptureNode, parseInfo } from '../../../src/adapters/v4l2/parse-info.ts';

const infoOf = (name: string) =>
  parseInfo(readFileSync(`${import.meta.dirname}/fixtures/${name}.txt`, 'utf8'))!;

test('reads card, driver, bus and what the node itself does', () => {
  expect(infoOf('uvc-h264')).toEqual({
    card: 'HD Pro Webcam C920',
    driver: 'uvcvideo',
    busInfo: 'usb-0000:00:14.0-2',
    deviceCaps: ['Video Capture', 'Streaming', 'Extended Pix Format'],
  });
});

test('keeps colons, slashes and brackets of a card', () => {
  expect(infoOf('uvc-mjpeg').card).toBe('UVC Camera (046d:0825)');
  expect(infoOf('capture-card').card).toBe('Cam Link 4K: Cam Link 4K');
  expect(infoOf('analog-grabber').card).toBe('EM2860/SAA711X Reference Design');
});

test.each([
  ['uvc-mjpeg', true],
  ['multiplanar', true],
  ['continuous', true],
  ['no-formats', true],
  ['uvc-metadata', false],
  ['codec', false],
])('"%s" is a capture node: %s', (name, captures) => {
  expect(isCaptureNode(infoOf(name))).toBe(captures);
});

test('a metadata node is judged by its own capabilities, not by those of its device', () => {
  const text = readFileSync(`${import.meta.dirname}/fixtures/uvc-metadata.txt`, 'utf8');
  expect(text).toContain('\t\tVideo Capture\n');
  expect(infoOf('uvc-metadata').deviceCaps).toEqual(['Metadata Capture', 'Streaming', 'Extended Pix Format']);
});

test("reads --all as well, and takes the driver's words, not the media controller's", () => {
  const text = [
    'Driver Info:',
    '\tDriver name      : uvcvideo',
    '\tCard type        : JBUDS CAM USB HD WEBCAM: JBUDS ',
    '\tBus info         : usb-0000:06:00.4-2.3',
    '\tDevice Caps      : 0x04200001',
    '\t\tVideo Capture',
    'Media Driver Info:',
    '\tDriver name      : other',
    '\tBus info         : elsewhere',
    '',
  ].join('\n');
  expect(parseInfo(text)).toEqual({
    card: 'JBUDS CAM USB HD WEBCAM: JBUDS',
    driver: 'uvcvideo',
    busInfo: 'usb-0000:06:00.4-2.3',
    deviceCaps: ['Video Capture'],
  });
});

test('an old driver without device capabilities is judged by those of the device', () => {
  const text =
    'Driver Info:\n\tDriver name      : old\n\tCapabilities     : 0x05000001\n\t\tVideo Capture\n\t\tStreaming\n';
  expect(parseInfo(text)?.deviceCaps).toEqual(['Video Capture', 'Streaming']);
});

test('an empty card is empty', () => {
  expect(parseInfo('Driver Info:\n\tCard type        : \n\tBus info         :\n')).toMatchObject({
    card: '',
    busInfo: '',
  });
});

test('text without driver information is none', () => {
  expect(parseInfo('')).toBeNull();
  expect(parseInfo('VIDIOC_QUERYCAP: failed: Inappropriate ioctl for device\n')).toBeNull();
});
