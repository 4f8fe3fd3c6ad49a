/**
 * Reads `v4l2-ctl --list-ctrls-menus` and `--get-ctrl` of v4l-utils 1.22 and newer. Pure. Kinds that are no single value
 * (arrays, areas, codec tables) are left out: nobody sets them by hand.
 */
import type { Control, ControlSetting, ControlType, ControlValue } from '../../machines/values.ts';

const TYPES: Readonly<Record<string, ControlType>> = {
  int: 'int',
  int64: 'int64',
  bool: 'bool',
  menu: 'menu',
  intmenu: 'intmenu',
  button: 'button',
  bitmask: 'bitmask',
  str: 'string',
};

const CONTROL = /^\s*([a-z0-9_]+) 0x[0-9a-f]{8} \(([a-z0-9-]+)\)\s*:(.*)$/;
const ITEM = /^\s+(\d+): (.*)$/;
const FLAGS = / flags=([a-z0-9, -]+)$/;

/** In the camera's order, each with the items of its menu. */
export function parseControls(text: string): readonly Control[] {
  const controls: (Control & { readonly menu: { index: number; name: string }[] })[] = [];
  let section = '';
  /** null: of a control that is left out. */
  let open: (typeof controls)[number] | null = null;
  for (const line of text.split('\n')) {
    const found = CONTROL.exec(line);
    if (found !== null) {
      open = controlOf(found[1]!, found[2]!, found[3]!, section);
      if (open !== null) controls.push(open);
      continue;
    }
    const item = ITEM.exec(line);
    if (item !== null) open?.menu.push({ index: Number(item[1]), name: itemName(item[2]!, open.type) });
    // What could not be read is said in between; a class stands alone on its line.
    else if (/^[A-Z][A-Za-z0-9 ,()/-]*$/.test(line)) section = line.trim();
  }
  return controls;
}

/** `--get-ctrl`: one line each. A menu's item bears its name behind the number in newer releases. */
export function parseValues(text: string): readonly ControlSetting[] {
  return text.split('\n').flatMap((line) => {
    const found = /^([a-z0-9_]+): (.*)$/.exec(line);
    const value = found === null ? null : printedValue(found[2]!);
    return found === null || value === null ? [] : [{ name: found[1]!, value }];
  });
}

function controlOf(name: string, kind: string, facts: string, section: string) {
  const type = TYPES[kind];
  if (type === undefined || / dims=/.test(facts)) return null;
  const flags = FLAGS.exec(facts)?.[1]?.split(', ') ?? [];
  const rest = facts.replace(FLAGS, '');
  const number = (key: string) => {
    const text = new RegExp(`(?:^| )${key}=(-?[0-9a-fx]+)`).exec(rest)?.[1];
    return text === undefined ? null : Number(text);
  };
  const isMute = type === 'button' || flags.includes('write-only');
  const value = isMute ? null : printedValue(/ value=(.*)$/.exec(rest)?.[1] ?? '');
  return {
    name,
    section,
    type,
    min: type === 'bool' ? null : number('min'),
    max: number('max'),
    step: number('step'),
    default: number('default'),
    value: type === 'bitmask' && typeof value === 'number' ? value >>> 0 : value,
    menu: [],
    flags,
  };
}

/** `12`, `1 (50 Hz)`, `0x0000000f`, `'a text'`; null where it is none of these. */
function printedValue(text: string): ControlValue | null {
  const quoted = /^'(.*)'$/.exec(text);
  if (quoted !== null) return quoted[1]!;
  const number = /^(-?\d+|0x[0-9a-f]+)(?: \(.*\))?$/.exec(text.trim());
  return number === null ? null : Number(number[1]);
}

/** `100 (0x64)` of an integer menu is 100. */
function itemName(text: string, type: ControlType): string {
  return type === 'intmenu' ? text.replace(/ \(0x[0-9a-f]+\)$/, '') : text.trim();
}
