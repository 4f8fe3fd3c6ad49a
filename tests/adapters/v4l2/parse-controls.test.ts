import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseControls, parseValues } from '../../../src/adapters/v4l2/parse-controls.ts';

const listed = (name: string) =>
  parseControls(readFileSync(`${import.meta.dirname}/control-fixtures/${name}.txt`, 'utf8'));
const named = (file: string, name: string) => listed(file).find((control) => control.name === name);

describe('controls', () => {
  test('have their class, range, default, value and flags', () => {
    expect(listed('uvc-focus').map(({ name }) => name)).toEqual([
      'brightness',
      'saturation',
      'white_balance_automatic',
      'power_line_frequency',
      'white_balance_temperature',
      'auto_exposure',
      'exposure_time_absolute',
      'exposure_dynamic_framerate',
      'pan_absolute',
      'focus_absolute',
      'focus_automatic_continuous',
    ]);
    expect(named('uvc-focus', 'pan_absolute')).toEqual({
      name: 'pan_absolute',
      section: 'Camera Controls',
      type: 'int',
      min: -72_000,
      max: 72_000,
      step: 3600,
      default: 0,
      value: -21_600,
      menu: [],
      flags: ['has-min-max'],
    });
    expect(named('uvc-focus', 'focus_absolute')?.flags).toEqual(['inactive', 'has-min-max']);
    expect(named('uvc-focus', 'white_balance_automatic')).toMatchObject({
      type: 'bool',
      section: 'User Controls',
      min: null,
      max: null,
      default: 1,
      value: 1,
      flags: [],
    });
  });

  test('that are menus have the items that the camera has, and no others', () => {
    expect(named('uvc-focus', 'auto_exposure')).toMatchObject({
      value: 3,
      menu: [
        { index: 1, name: 'Manual Mode' },
        { index: 3, name: 'Aperture Priority Mode' },
      ],
    });
    expect(named('uvc-old-names', 'power_line_frequency')).toMatchObject({ value: 1, menu: [{}, {}, {}] });
    expect(named('isp', 'size_align')).toMatchObject({
      type: 'intmenu',
      value: 1,
      menu: [
        { index: 0, name: '1' },
        { index: 1, name: '65536' },
      ],
    });
  });

  test('of an older v4l-utils come without a class', () => {
    expect(listed('uvc-old-names')).toHaveLength(6);
    expect(named('uvc-old-names', 'exposure_absolute')).toMatchObject({ section: '', value: 120 });
  });

  test('that are no single value, or could not be read, are left out', () => {
    expect(listed('isp').map(({ name }) => name)).toEqual([
      'privacy',
      'fuse_id',
      'gain',
      'single_trigger',
      'size_align',
      'region_of_interest_auto_control',
      'pixel_rate',
    ]);
  });

  test('may be texts, buttons, masks of 32 bits and numbers of 64', () => {
    expect(named('isp', 'fuse_id')).toMatchObject({ type: 'string', min: 0, max: 12, value: '000000000000' });
    expect(named('isp', 'single_trigger')).toMatchObject({ type: 'button', value: null });
    expect(named('isp', 'region_of_interest_auto_control')).toMatchObject({
      type: 'bitmask',
      max: 0x8000_0003,
      default: 1,
      value: 0x8000_0001,
    });
    expect(named('isp', 'gain')).toMatchObject({ type: 'int64', max: 48_001, step: 100 });
  });

  test('of a text that is none are none', () => {
    expect(parseControls('')).toEqual([]);
    expect(parseControls('Cannot open device /dev/video0, exiting.\n')).toEqual([]);
  });
});

test('values of --get-ctrl, with and without the name of an item', () => {
  const text =
    "brightness: -7\npower_line_frequency: 1 (50 Hz)\nauto_exposure: 3\nfuse_id: '00 0'\nodd: unsupported payload type\n";
  expect(parseValues(text)).toEqual([
    { name: 'brightness', value: -7 },
    { name: 'power_line_frequency', value: 1 },
    { name: 'auto_exposure', value: 3 },
    { name: 'fuse_id', value: '00 0' },
  ]);
});
