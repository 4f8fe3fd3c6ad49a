/** A camera's controls as results show them: switches as true and false, everything else as V4L2 has it. */
import { z } from 'zod';
import type { Control, ControlValue } from '../../machines/values.ts';
import type { ControlsView, ControlView } from '../control-view.ts';
import { troubleForm, troubleShape } from './common.ts';

const valueShape = z.union([z.number(), z.string(), z.boolean()]);

export const controlShape = z.strictObject({
  control: z.string().describe('as `v4l2-ctl` calls it, e.g. `brightness`'),
  section: z.string().describe('`User Controls`, `Camera Controls`, ...'),
  type: z.enum(['int', 'int64', 'bool', 'menu', 'intmenu', 'button', 'bitmask', 'string']),
  value: valueShape.nullable().describe('now; null: it does not tell'),
  wanted: valueShape.nullable().describe('what was set here and is kept; null: nothing'),
  default: valueShape.nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  step: z.number().nullable(),
  menu: z.array(z.strictObject({ value: z.int(), name: z.string() })),
  flags: z.array(z.string()).describe("V4L2's words: `inactive`, `read-only`, `volatile`, ..."),
  inactive: z.boolean().describe('another control decides it now'),
  decided_by: z.string().nullable().describe('which one, where that is known'),
});

export const controlsStateShape = z.strictObject({
  state: z
    .string()
    .describe('`idle` nothing is kept, `settled` all of it stands, `drifted` some does not, `faulted`, ...'),
  kept: z
    .record(z.string(), z.union([z.number(), z.string()]))
    .describe('control and value, set again when lost'),
  drifted: z.array(
    z.strictObject({
      control: z.string(),
      wanted: z.union([z.number(), z.string()]),
      found: z.union([z.number(), z.string()]).nullable(),
    }),
  ),
  trouble: troubleShape.nullable(),
});

export function controlForm(control: ControlView): z.infer<typeof controlShape> {
  const shown = (value: ControlValue | null) => shownValue(control, value);
  return {
    control: control.name,
    section: control.section,
    type: control.type,
    value: shown(control.value),
    wanted: shown(control.wanted),
    default: shown(control.default),
    min: control.min,
    max: control.max,
    step: control.step,
    menu: control.menu.map(({ index, name }) => ({ value: index, name })),
    flags: [...control.flags],
    inactive: control.flags.includes('inactive'),
    decided_by: control.decidedBy,
  };
}

export function controlsStateForm(view: ControlsView): z.infer<typeof controlsStateShape> {
  return {
    state: view.state,
    kept: Object.fromEntries(view.kept.map(({ name, value }) => [name, value])),
    drifted: view.drifted.map(({ name, wanted, found }) => ({ control: name, wanted, found })),
    trouble: troubleForm(view.trouble),
  };
}

function shownValue({ type }: Pick<Control, 'type'>, value: ControlValue | null) {
  return type === 'bool' && value !== null ? value === 1 : value;
}
