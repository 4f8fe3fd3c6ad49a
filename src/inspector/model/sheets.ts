/**
 * The drawings of statecharts/ as a book of sheets: which one shows a state, and what on it lights up. A large machine has
 * an overview, in which some states are closed boxes, and a sheet for the inside of each; states that lie outside a
 * sheet's subject are stubs on it. Reads the ids in the text; draws nothing.
 */
import { isWithin } from './timers.ts';

/** Regions that only look again and again: nobody looks at them because they moved. */
export const QUIET_REGION = /^[\w-]+\.(watch|compare|check)\./;

export interface Sheet {
  /** `stream`, `stream.live`: the machine, or the state whose inside it shows. */
  readonly name: string;
  readonly machine: string;
  readonly text: string;
  /** Ids of the states on it, stubs too. */
  readonly states: ReadonlySet<string>;
  /** Ids of its arrows, `source > target`. */
  readonly edges: ReadonlySet<string>;
}

export class SheetBook {
  readonly #sheets = new Map<string, Sheet>();
  readonly #machines: ReadonlySet<string>;

  /** @param drawings sheet name to the text of its SVG */
  constructor(drawings: Readonly<Record<string, string>>) {
    const names = Object.keys(drawings);
    this.#machines = new Set(names.filter((name) => !name.includes('.')));
    for (const name of names) {
      const text = drawings[name]!;
      const machine = name.split('.')[0]!;
      const [states, edges] = [marks(text, 'data-state'), marks(text, 'data-edge')];
      this.#sheets.set(name, { name, machine, text, states, edges });
    }
  }

  get(name: string): Sheet | undefined {
    return this.#sheets.get(name);
  }

  has(machine: string): boolean {
    return this.#machines.has(machine);
  }

  /** From the overview down to the sheet itself. */
  wayTo(name: string): readonly Sheet[] {
    const parts = name.split('.');
    return parts.flatMap((_, depth) => this.#sheets.get(parts.slice(0, depth + 1).join('.')) ?? []);
  }

  /** Sheets of the insides that are closed boxes on this one. */
  inside(name: string): readonly Sheet[] {
    return [...this.#sheets.values()].filter(
      (sheet) => sheet.name !== name && this.wayTo(sheet.name).at(-2)?.name === name,
    );
  }

  /** The sheet that shows a state itself and not only a box around it. */
  of(state: string): Sheet | undefined {
    // A sheet of the state's own inside would not show where it stands.
    const outer = state.split('.').slice(0, -1);
    for (let depth = outer.length; depth > 0; depth--) {
      const sheet = this.#sheets.get(outer.slice(0, depth).join('.'));
      if (sheet !== undefined) return sheet;
    }
    return undefined;
  }

  /**
   * The sheet to show for an actor: where it moved last, else the one that holds its state. What moves in several regions
   * at once, or has not moved yet, is seen whole.
   * @param moved its states before and after its last step, where that is known
   */
  best(
    machine: string,
    states: readonly string[],
    moved: { readonly before: readonly string[]; readonly after: readonly string[] } | null,
  ): Sheet | undefined {
    const overview = this.#sheets.get(machine);
    const entered = (moved?.after ?? states).filter((id) => moved?.before.includes(id) !== true);
    const told = entered.filter((id) => !QUIET_REGION.test(id));
    // Where it went on since without a record, that is where it is.
    const [first, ...others] = told.length === 1 ? told : states.length === 1 ? states : told;
    return first === undefined || others.length > 0 ? overview : (this.of(first) ?? overview);
  }
}

/** The nearest state around `id`, or itself, that is on the sheet. */
export function shownAs(sheet: Sheet, id: string): string | null {
  for (let state = id; state !== ''; state = state.slice(0, Math.max(0, state.lastIndexOf('.')))) {
    if (sheet.states.has(state)) return state;
  }
  return null;
}

export interface Lit {
  /** Active states as the sheet can show them. */
  readonly active: ReadonlySet<string>;
  /** States around those. */
  readonly around: ReadonlySet<string>;
}

/** What lights up on a sheet. */
export function litOn(sheet: Sheet, states: readonly string[]): Lit {
  const active = new Set(states.map((id) => shownAs(sheet, id)).filter((id) => id !== null));
  const around = [...sheet.states].filter((id) => [...active].some((one) => one !== id && isWithin(one, id)));
  return { active, around: new Set(around) };
}

function marks(text: string, attribute: string): ReadonlySet<string> {
  const found = text.matchAll(new RegExp(`${attribute}="([^"]*)"`, 'g'));
  return new Set([...found].map(([, id = '']) => id.replaceAll('&gt;', '>').replaceAll('&amp;', '&')));
}
