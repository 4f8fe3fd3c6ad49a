/**
 * What may be asked of a camera's controls, and in which order they are set. Pure: no camera is asked here. A control is
 * judged by what the camera said of it last.
 */
import type { Trouble } from './errors.ts';
import type { Control, ControlDrift, ControlSetting, ControlValue } from './values.ts';

/** What an order may bring: a menu's item also by its name, a switch also as a word. */
export type AskedValue = number | string | boolean;

const has = (control: Control, flag: string) => control.flags.includes(flag);

const refusal = (code: Trouble['code'], reason: string, message: string): Trouble => ({
  code,
  reason,
  message,
});

/** Why this control cannot be set at all now; null when it can. */
export function unsettable(control: Control, all: readonly Control[]): Trouble | null {
  const { name } = control;
  if (has(control, 'disabled') || has(control, 'read-only'))
    return refusal('wrong-state', 'control_read_only', `${name} cannot be set: the camera only tells it.`);
  if (has(control, 'grabbed'))
    return refusal('wrong-state', 'control_grabbed', `${name} cannot be set while the camera is in use.`);
  if (has(control, 'inactive')) {
    const by = switchOf(control, all);
    const which =
      by === null ? 'another control decides it now' : `${by.name} decides it: set that to ${by.off} first`;
    return refusal('wrong-state', 'control_inactive', `${name} is inactive: ${which}.`);
  }
  return null;
}

/** The value as the camera takes it, or why it does not fit. */
export function valueFor(control: Control, asked: AskedValue): ControlValue | Trouble {
  const value = fitting(control, asked);
  if (value !== null) return value;
  return refusal('bad-params', 'control_out_of_range', `${control.name} must be ${allowedText(control)}.`);
}

export function isTrouble(value: ControlValue | Trouble): value is Trouble {
  return typeof value === 'object';
}

/** What this control takes, in words: `-64 to 64 in steps of 1`. */
export function allowedText(control: Control): string {
  const { type, min, max, step, menu } = control;
  switch (type) {
    case 'bool':
      return 'true or false';
    case 'menu':
    case 'intmenu':
      if (menu.length === 0) return `${min} to ${max}`;
      return `one of ${menu.map(({ index, name }) => `${index} (${name})`).join(', ')}`;
    case 'bitmask':
      return `a mask within ${max}`;
    case 'string':
      return `a text of ${min} to ${max} plain characters`;
    case 'button':
      return 'true: it is pressed, not set';
    default:
      return `${min} to ${max} in steps of ${stepOf(step)}`;
  }
}

function fitting(control: Control, asked: AskedValue): ControlValue | null {
  switch (control.type) {
    case 'bool':
      return switchValue(asked);
    case 'button':
      return asked === true || switchValue(asked) === 1 ? 1 : null;
    case 'menu':
    case 'intmenu':
      return itemOf(control, asked);
    case 'string':
      return typeof asked === 'string' && isPlain(asked, control) ? asked : null;
    case 'bitmask': {
      const mask = wholeOf(asked);
      if (mask === null || mask < 0 || mask > (control.max ?? 0)) return null;
      // Through BigInt: 32 bits are a negative number to JavaScript's own operators.
      return (BigInt(mask) & ~BigInt(control.max ?? 0)) === 0n ? mask : null;
    }
    default: {
      const value = wholeOf(asked);
      const { min, max, step } = control;
      if (value === null || min === null || max === null || value < min || value > max) return null;
      return (value - min) % stepOf(step) === 0 ? value : null;
    }
  }
}

/** Some drivers say 0 where there is nothing to step over. */
function stepOf(step: number | null): number {
  return step === null || step < 1 ? 1 : step;
}

function wholeOf(asked: AskedValue): number | null {
  if (typeof asked === 'boolean') return null;
  const value =
    typeof asked === 'number' ? asked : /^(-?\d+|0x[0-9a-f]+)$/i.test(asked) ? Number(asked) : null;
  return value !== null && Number.isSafeInteger(value) ? value : null;
}

const SWITCH_WORDS: Readonly<Record<string, number>> = { true: 1, on: 1, '1': 1, false: 0, off: 0, '0': 0 };

function switchValue(asked: AskedValue): number | null {
  return SWITCH_WORDS[String(asked).toLowerCase()] ?? null;
}

/** By its name, else by its number. */
function itemOf({ menu, min, max }: Control, asked: AskedValue): number | null {
  const word = String(asked).trim().toLowerCase();
  const named = typeof asked === 'string' ? menu.find(({ name }) => name.toLowerCase() === word) : undefined;
  if (named !== undefined) return named.index;
  const index = wholeOf(asked);
  if (index === null) return null;
  const there = menu.length === 0 ? index >= (min ?? 0) && index <= (max ?? -1) : hasItem(menu, index);
  return there ? index : null;
}

function hasItem(menu: Control['menu'], index: number): boolean {
  return menu.some((item) => item.index === index);
}

/** Commas and quotes have a meaning of their own where it is handed on. */
function isPlain(text: string, { min, max }: Control): boolean {
  return (
    text.length >= (min ?? 0) &&
    text.length <= (max ?? 0) &&
    /^[\x20-\x7e]*$/.test(text) &&
    !/[,'"\\]/.test(text)
  );
}

/** Old and new names of the kernel's: who decides a control while it is inactive, and what leaves it to the operator. */
const SWITCHES: Readonly<Record<string, readonly string[]>> = {
  focus_absolute: ['focus_automatic_continuous', 'focus_auto'],
  exposure_time_absolute: ['auto_exposure'],
  exposure_absolute: ['exposure_auto'],
  exposure: ['auto_exposure', 'exposure_auto'],
  iris_absolute: ['auto_exposure', 'exposure_auto'],
  white_balance_temperature: ['white_balance_automatic', 'white_balance_temperature_auto'],
  red_balance: ['white_balance_automatic'],
  blue_balance: ['white_balance_automatic'],
  gain: ['gain_automatic', 'autogain', 'auto_exposure'],
  analogue_gain: ['gain_automatic', 'autogain'],
  hue: ['hue_automatic', 'hue_auto'],
  brightness: ['brightness_automatic', 'autobrightness'],
  iso_sensitivity: ['iso_sensitivity_auto'],
};

/** Who decides this control while it is inactive; null where nobody knows. `off` is what leaves it to the operator. */
export function switchOf(
  { name }: Control,
  all: readonly Control[],
): { readonly name: string; readonly off: string } | null {
  const by = all.find((control) => SWITCHES[name]?.includes(control.name));
  if (by === undefined) return null;
  const manual = by.menu.find((item) => /manual/i.test(item.name));
  if (by.type === 'bool') return { name: by.name, off: 'false' };
  return { name: by.name, off: manual === undefined ? 'manual' : `${manual.index} (${manual.name})` };
}

/** Switches and menus come before the values that they unlock. */
export function unlocks({ type }: Control): boolean {
  return type === 'bool' || type === 'menu' || type === 'intmenu';
}

/** Whether what was set can be read again: neither pressed, nor only written, nor moved by the camera itself. */
export function tells(control: Control): boolean {
  return control.type !== 'button' && !has(control, 'write-only') && !has(control, 'volatile');
}

/** Wishes that could be set now, in the order in which they are set; those that another control decides wait. */
function settable(controls: readonly Control[], wishes: readonly ControlSetting[]) {
  const found = wishes.flatMap((wish) => {
    const control = controls.find(({ name }) => name === wish.name);
    return control === undefined || unsettable(control, controls) !== null ? [] : [{ control, wish }];
  });
  return [
    ...found.filter(({ control }) => unlocks(control)),
    ...found.filter(({ control }) => !unlocks(control)),
  ];
}

/** The next wish that the camera does not show and that was not tried yet. */
export function nextWish(
  controls: readonly Control[],
  wishes: readonly ControlSetting[],
  tried: readonly string[],
): ControlSetting | null {
  const open = settable(controls, wishes).find(
    ({ control, wish }) => !tried.includes(wish.name) && !(tells(control) && control.value === wish.value),
  );
  return open?.wish ?? null;
}

/** Wishes whose value the camera has to show when it is asked. */
export function readable(
  controls: readonly Control[],
  wishes: readonly ControlSetting[],
): readonly ControlSetting[] {
  return settable(controls, wishes).flatMap(({ control, wish }) => (tells(control) ? [wish] : []));
}

/** Of these wishes, those that the camera shows otherwise. */
export function driftOf(
  wishes: readonly ControlSetting[],
  found: readonly ControlSetting[],
): readonly ControlDrift[] {
  return wishes.flatMap(({ name, value: wanted }) => {
    const now = found.find((setting) => setting.name === name)?.value ?? null;
    return now === wanted ? [] : [{ name, wanted, found: now }];
  });
}
