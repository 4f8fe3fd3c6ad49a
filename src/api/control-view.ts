/** A camera's controls as the front desk reads them. Types alone. */
import type { AskedValue } from '../machines/control-rules.ts';
import type { Trouble } from '../machines/errors.ts';
import type { Control, ControlDrift, ControlSetting, ControlValue } from '../machines/values.ts';

export type { AskedValue };

export interface ControlView extends Control {
  /** What an operator wants of it; null: nothing, or its default. */
  readonly wanted: ControlValue | null;
  /** Who decides it while it is inactive, where that is known. */
  readonly decidedBy: string | null;
}

/** How what is wanted of a camera's controls stands. */
export interface ControlsView {
  readonly state: string;
  readonly kept: readonly ControlSetting[];
  readonly drifted: readonly ControlDrift[];
  readonly trouble: Trouble | null;
}
