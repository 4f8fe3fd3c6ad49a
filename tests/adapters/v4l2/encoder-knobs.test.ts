import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { encoderKnobs } from '../../../src/adapters/v4l2/encoder-knobs.ts';

test('bitrate and keyframe distance of the Raspberry Pi camera can be set', () => {
  const listed = readFileSync(`${import.meta.dirname}/fixtures/stepwise.ctrls`, 'utf8');
  expect(encoderKnobs(listed)).toEqual({ bitrate: true, gop: true });
});

test.each([
  ['nothing at all', '', { bitrate: false, gop: false }],
  [
    'a bitrate mode, which is no bitrate',
    '  video_bitrate_mode 0x009909ce (menu) : min=0 max=1 default=0 value=0',
    { bitrate: false, gop: false },
  ],
  [
    'controls without their numbers, as older versions print them',
    'video_bitrate (int) : min=1 max=2 step=1 default=1 value=1\nvideo_gop_size (int) : min=1 max=9 step=1 default=1 value=1',
    { bitrate: true, gop: true },
  ],
  [
    'a bitrate that can be read only',
    'video_bitrate 0x009909cf (int) : min=1 max=2 step=1 default=1 value=1 flags=read-only, volatile',
    { bitrate: false, gop: false },
  ],
])('where v4l2-ctl lists %s', (_, listed, expected) => {
  expect(encoderKnobs(listed)).toEqual(expected);
});
