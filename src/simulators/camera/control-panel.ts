/**
 * The controls of one synthetic camera, as a UVC camera has them: one that changes the picture, a pair of which one
 * decides the other, a menu, and one that is forgotten when a stream starts. Power loss sets all to their defaults.
 */
import type { Control, ControlValue } from '../../machines/values.ts';

const NUMBERS = { type: 'int', step: 1, menu: [], flags: [] } as const;
const SWITCH = { type: 'bool', min: null, max: null, step: null, menu: [], flags: [] } as const;
const USER = 'User Controls';
const CAMERA = 'Camera Controls';

/** Set by the camera itself to its default when it begins to stream. */
const FORGOTTEN_AT_START = 'saturation';
const AUTOFOCUS = 'focus_automatic_continuous';

const CONTROLS: readonly Omit<Control, 'value'>[] = [
  { ...NUMBERS, name: 'brightness', section: USER, min: -64, max: 64, default: 0 },
  { ...NUMBERS, name: FORGOTTEN_AT_START, section: USER, min: 0, max: 128, default: 64 },
  {
    ...NUMBERS,
    name: 'power_line_frequency',
    section: USER,
    type: 'menu',
    min: 0,
    max: 2,
    step: null,
    default: 1,
    menu: [
      { index: 0, name: 'Disabled' },
      { index: 1, name: '50 Hz' },
      { index: 2, name: '60 Hz' },
    ],
  },
  { ...NUMBERS, name: 'focus_absolute', section: CAMERA, min: 0, max: 250, step: 5, default: 0 },
  { ...SWITCH, name: AUTOFOCUS, section: CAMERA, default: 1 },
];

export class ControlPanel {
  readonly #values = new Map<string, ControlValue>();
  /** These keep their value, whatever is set. */
  readonly #stuck = new Set<string>();

  constructor() {
    this.losePower();
  }

  list(): Control[] {
    return CONTROLS.map((control) => {
      const isInactive = control.name === 'focus_absolute' && this.#values.get(AUTOFOCUS) === 1;
      const flags = isInactive ? ['inactive'] : [];
      return { ...control, value: this.#values.get(control.name) ?? null, flags };
    });
  }

  /** How much lighter or darker the picture is, in steps of luma. */
  get brightness(): number {
    return Number(this.#values.get('brightness') ?? 0);
  }

  /** A driver brings what is out of range into it. @returns false when there is no such control, or it is inactive */
  set(name: string, value: ControlValue): boolean {
    const control = this.list().find((one) => one.name === name);
    if (control === undefined || control.flags.includes('inactive') || typeof value !== 'number')
      return false;
    if (this.#stuck.has(name)) return true;
    this.#values.set(name, Math.min(Math.max(value, control.min ?? 0), control.max ?? 1));
    return true;
  }

  /** The camera moves it by itself; stuck: and keeps it there. */
  turn(name: string, value: ControlValue, stuck: boolean): void {
    this.#values.set(name, value);
    if (stuck) this.#stuck.add(name);
    else this.#stuck.delete(name);
  }

  startStream(): void {
    const forgotten = CONTROLS.find(({ name }) => name === FORGOTTEN_AT_START);
    if (forgotten?.default != null && !this.#stuck.has(FORGOTTEN_AT_START))
      this.#values.set(FORGOTTEN_AT_START, forgotten.default);
  }

  losePower(): void {
    this.#stuck.clear();
    for (const { name, default: value } of CONTROLS) if (value !== null) this.#values.set(name, value);
  }
}
