import { describe, expect, test } from 'vitest';
import {
  type AskedValue,
  allowedText,
  driftOf,
  nextWish,
  readable,
  unsettable,
  valueFor,
} from '../../src/machines/control-rules.ts';
import type { Control, ControlValue } from '../../src/machines/values.ts';
import { control, usualControls } from '../support/fake-controls.ts';

const none = { min: null, max: null, step: null };
const KINDS: Readonly<Record<string, Control>> = {
  brightness: control('brightness', { min: -64, max: 64 }),
  focus: control('focus_absolute', { min: 3, max: 253, step: 5 }),
  pan: control('pan_absolute', { min: -36_000, max: 36_000, step: 3600 }),
  stepless: control('zoom_continuous', { min: 0, max: 3, step: 0 }),
  auto: control('auto', { ...none, type: 'bool' }),
  power: control('power_line_frequency', {
    type: 'menu',
    min: 0,
    max: 2,
    step: null,
    menu: [
      { index: 0, name: 'Disabled' },
      { index: 1, name: '50 Hz' },
      { index: 2, name: '60 Hz' },
    ],
  }),
  exposure: control('auto_exposure', {
    type: 'menu',
    min: 0,
    max: 3,
    step: null,
    menu: [
      { index: 1, name: 'Manual Mode' },
      { index: 3, name: 'Aperture Priority Mode' },
    ],
  }),
  rate: control('link_frequency', {
    type: 'intmenu',
    min: 0,
    max: 1,
    step: null,
    menu: [
      { index: 0, name: '100' },
      { index: 1, name: '200' },
    ],
  }),
  mask: control('roi_auto', { ...none, type: 'bitmask', max: 0xff00_0005 }),
  text: control('title', { type: 'string', min: 0, max: 4 }),
  press: control('restart', { ...none, type: 'button' }),
};

test.each<readonly [string, AskedValue, ControlValue]>([
  ['brightness', -64, -64],
  ['brightness', '12', 12],
  ['focus', 8, 8],
  ['pan', -3600, -3600],
  ['stepless', 3, 3],
  ['auto', true, 1],
  ['auto', 'off', 0],
  ['auto', 1, 1],
  ['power', 2, 2],
  ['power', '60 hz', 2],
  ['power', '1', 1],
  ['rate', '100', 0],
  ['rate', 1, 1],
  ['mask', 0xff00_0001, 0xff00_0001],
  ['mask', '0x5', 5],
  ['text', 'a b', 'a b'],
  ['press', true, 1],
])('%s takes %j', (kind, asked, value) => {
  expect(valueFor(KINDS[kind]!, asked)).toBe(value);
});

test.each<readonly [string, AskedValue, string]>([
  ['brightness', 65, 'brightness must be -64 to 64 in steps of 1.'],
  ['brightness', 1.5, 'brightness must be -64 to 64 in steps of 1.'],
  ['brightness', 'bright', 'brightness must be -64 to 64 in steps of 1.'],
  ['brightness', true, 'brightness must be -64 to 64 in steps of 1.'],
  ['brightness', Number.NaN, 'brightness must be -64 to 64 in steps of 1.'],
  ['focus', 5, 'focus_absolute must be 3 to 253 in steps of 5.'],
  ['pan', 100, 'pan_absolute must be -36000 to 36000 in steps of 3600.'],
  ['auto', 2, 'auto must be true or false.'],
  ['auto', 'toString', 'auto must be true or false.'],
  ['power', 3, 'power_line_frequency must be one of 0 (Disabled), 1 (50 Hz), 2 (60 Hz).'],
  ['exposure', 2, 'auto_exposure must be one of 1 (Manual Mode), 3 (Aperture Priority Mode).'],
  ['mask', 2, 'roi_auto must be a mask within 4278190085.'],
  ['mask', -1, 'roi_auto must be a mask within 4278190085.'],
  ['text', 'a,b', 'title must be a text of 0 to 4 plain characters.'],
  ['text', 'too long', 'title must be a text of 0 to 4 plain characters.'],
  ['press', 5, 'restart must be true: it is pressed, not set.'],
])('%s refuses %j and says what it takes', (kind, asked, message) => {
  expect(valueFor(KINDS[kind]!, asked)).toEqual({
    code: 'bad-params',
    reason: 'control_out_of_range',
    message,
  });
});

test('a menu that the camera does not list is known by its range', () => {
  const menu = control('scene', { type: 'menu', min: 0, max: 2, step: null });
  expect(valueFor(menu, 2)).toBe(2);
  expect(allowedText(menu)).toBe('0 to 2');
});

describe('a control that cannot be set', () => {
  const all = usualControls();
  const named = (name: string) => all.find((one) => one.name === name)!;

  test('because another one decides it, names that one and what to do', () => {
    expect(unsettable(named('focus_absolute'), all)?.message).toBe(
      'focus_absolute is inactive: focus_automatic_continuous decides it: set that to false first.',
    );
    const exposure = control('exposure_time_absolute', { flags: ['inactive', 'has-min-max'] });
    expect(unsettable(exposure, [exposure, KINDS.exposure!])).toMatchObject({
      code: 'wrong-state',
      reason: 'control_inactive',
      message:
        'exposure_time_absolute is inactive: auto_exposure decides it: set that to 1 (Manual Mode) first.',
    });
    expect(unsettable(exposure, [exposure])?.message).toMatch(/another control decides it now/);
  });

  test('because the camera only tells it, or is in use', () => {
    expect(unsettable(control('privacy', { flags: ['read-only', 'volatile'] }), [])?.reason).toBe(
      'control_read_only',
    );
    expect(unsettable(control('flip', { flags: ['grabbed'] }), [])?.reason).toBe('control_grabbed');
  });
});

test('switches are set before the values that they unlock, and what is inactive waits', () => {
  const wishes = [
    { name: 'focus_absolute', value: 30 },
    { name: 'brightness', value: 7 },
    { name: 'focus_automatic_continuous', value: 0 },
    { name: 'gone', value: 1 },
  ];
  const controls = usualControls();
  expect(nextWish(controls, wishes, [])?.name).toBe('focus_automatic_continuous');
  expect(nextWish(controls, wishes, ['focus_automatic_continuous'])?.name).toBe('brightness');
  expect(nextWish(controls, wishes, ['focus_automatic_continuous', 'brightness'])).toBeNull();
  const unlocked = controls.map((one) => ({ ...one, flags: [] }));
  expect(nextWish(unlocked, wishes, ['focus_automatic_continuous'])?.name).toBe('focus_absolute');
  expect(readable(controls, wishes).map(({ name }) => name)).toEqual([
    'focus_automatic_continuous',
    'brightness',
  ]);
});

test('what the camera moves by itself, or never tells, is not held against it', () => {
  const controls = [control('focus', { flags: ['volatile'] }), control('pan_reset', { type: 'button' })];
  const wishes = [
    { name: 'focus', value: 1 },
    { name: 'pan_reset', value: 1 },
  ];
  expect(readable(controls, wishes)).toEqual([]);
});

test('drift is what is wished and what is shown', () => {
  const wishes = [
    { name: 'a', value: 1 },
    { name: 'b', value: 2 },
    { name: 'c', value: 3 },
  ];
  expect(
    driftOf(wishes, [
      { name: 'a', value: 1 },
      { name: 'b', value: 5 },
    ]),
  ).toEqual([
    { name: 'b', wanted: 2, found: 5 },
    { name: 'c', wanted: 3, found: null },
  ]);
});
