/** The controls of a camera in memory, as the machine's hands: they can hang, refuse, forget and move by themselves. */
import { fromPromise } from 'xstate';
import { CameraError } from '../../src/machines/errors.ts';
import type { Control, ControlSetting, ControlTarget, ControlValue } from '../../src/machines/values.ts';

export const control = (name: string, fields: Partial<Control> = {}): Control => ({
  name,
  section: 'User Controls',
  type: 'int',
  min: 0,
  max: 100,
  step: 1,
  default: 50,
  value: 50,
  menu: [],
  flags: [],
  ...fields,
});

/** Brightness, sharpness, and a focus that is decided by its automatic. */
export const usualControls = (): Control[] => [
  control('brightness', { min: -64, max: 64, default: 0, value: 0 }),
  control('sharpness', { max: 7, default: 3, value: 3 }),
  control('focus_absolute', { max: 250, step: 5, default: 0, value: 0, flags: ['inactive'] }),
  control('focus_automatic_continuous', {
    type: 'bool',
    min: null,
    max: null,
    step: null,
    default: 1,
    value: 1,
  }),
  control('restart', { type: 'button', min: null, max: null, step: null, default: null, value: null }),
];

type Asked = { readonly target: ControlTarget };

export class FakeControls {
  controls = usualControls();
  /** What was asked, in order: `list`, `brightness=7`, `read brightness`. */
  readonly calls: string[] = [];
  /** No call is ever answered. */
  hangs = false;
  /** Every call fails with it. */
  failure: CameraError | null = null;
  /** These keep their value, whatever is set. */
  readonly stubborn = new Set<string>();
  /** Setting these fails. */
  readonly refused = new Set<string>();
  /** Calls at one time. */
  most = 0;
  #open = 0;

  value(name: string): ControlValue | null | undefined {
    return this.controls.find((one) => one.name === name)?.value;
  }

  /** The camera moves it by itself. */
  turn(name: string, value: ControlValue): void {
    this.controls = this.controls.map((one) => (one.name === name ? { ...one, value } : one));
    const auto = this.value('focus_automatic_continuous') === 1;
    this.controls = this.controls.map((one) =>
      one.name === 'focus_absolute' ? { ...one, flags: auto ? ['inactive'] : [] } : one,
    );
  }

  /** As after a loss of power. */
  forget(): void {
    for (const { name, default: value } of this.controls) if (value !== null) this.turn(name, value);
  }

  readonly actors = {
    listControls: fromPromise<readonly Control[], Asked>(({ signal }) =>
      this.#ask('list', signal, () => this.controls),
    ),
    setControl: fromPromise<void, Asked & { readonly setting: ControlSetting }>(({ input, signal }) => {
      const { name, value } = input.setting;
      return this.#ask(`${name}=${value}`, signal, () => {
        if (this.refused.has(name)) throw new CameraError('probe-failed', `The camera did not take ${name}.`);
        if (!this.stubborn.has(name)) this.turn(name, value);
      });
    }),
    readControls: fromPromise<readonly ControlSetting[], Asked & { readonly names: readonly string[] }>(
      ({ input, signal }) =>
        this.#ask(`read ${input.names.join(',')}`, signal, () =>
          this.controls.flatMap(({ name, value }) =>
            input.names.includes(name) && value !== null ? [{ name, value }] : [],
          ),
        ),
    ),
  };

  async #ask<T>(call: string, signal: AbortSignal, answer: () => T): Promise<T> {
    this.calls.push(call);
    this.#open += 1;
    this.most = Math.max(this.most, this.#open);
    try {
      if (this.hangs)
        await new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        );
      if (this.failure !== null) throw this.failure;
      return answer();
    } finally {
      this.#open -= 1;
    }
  }
}
