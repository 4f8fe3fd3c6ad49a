/**
 * Goes through the product, the good life first: level 0 is all that can be while nothing goes wrong and nobody takes
 * anything back, level 1 all that one such thing leads to, and so on. Within a level, what is new in its states comes first.
 */
import { type Product, statesOf } from './product.ts';
import type { ProductJoint } from './product-world.ts';

export interface Found {
  readonly joint: ProductJoint;
  readonly level: number;
  readonly from: Found | null;
  readonly label: string;
}

export interface Walk {
  /** Everything that was found, also what was not gone on from. */
  readonly found: readonly Found[];
  readonly steps: number;
  /** Every situation of these levels was gone on from: all of the next level is found, too. */
  readonly levelsDone: number;
  /** Found and not gone on from. */
  readonly frontier: number;
  /** Different sets of states, without what else is known of them. */
  readonly states: number;
}

/** @param limit steps at most */
export function walk(product: Product, limit: number): Walk {
  const found = new Map<string, Found>();
  const states = new Map<string, number>();
  const levels: Pile[] = [];
  const meet = (one: Found): void => {
    const key = product.keyOf(one.joint);
    const before = found.get(key);
    if (before !== undefined && before.level <= one.level) return;
    found.set(key, one);
    const own = statesOf(one.joint);
    const times = (states.get(own) ?? 0) + 1;
    states.set(own, times);
    levels[one.level] ??= new Pile();
    levels[one.level]!.add({ key, one }, times);
  };
  for (const joint of product.starts()) meet({ joint, level: 0, from: null, label: 'start' });
  let steps = 0;
  let level = 0;
  while (steps < limit && level < levels.length) {
    const next = levels[level]!.take();
    if (next === undefined) {
      level += 1;
      continue;
    }
    const { key, one } = next;
    // It was met again on a shorter way.
    if (found.get(key) !== one) continue;
    for (const step of product.steps(one.joint)) {
      for (const { joint, label, isBenign } of product.outcomes(one.joint, step)) {
        steps += 1;
        meet({ joint, label, from: one, level: isBenign ? level : level + 1 });
      }
    }
  }
  const frontier = levels.reduce((sum, pile) => sum + pile.count(({ key, one }) => found.get(key) === one), 0);
  return { found: [...found.values()], steps, levelsDone: level, frontier, states: states.size };
}

export function pathOf(found: Found): string {
  const labels: string[] = [];
  for (let one: Found | null = found; one !== null; one = one.from) labels.unshift(one.label);
  return labels.join(' > ');
}

type Waiting = { readonly key: string; readonly one: Found };

/** Those that are the newest in their states lie on top. */
class Pile {
  readonly #layers: Waiting[][] = [];

  add(waiting: Waiting, times: number): void {
    const layer = Math.floor(Math.log2(times));
    this.#layers[layer] ??= [];
    this.#layers[layer]!.push(waiting);
  }

  take(): Waiting | undefined {
    return this.#layers.find((layer) => layer !== undefined && layer.length > 0)?.pop();
  }

  count(is: (waiting: Waiting) => boolean): number {
    return this.#layers.reduce((sum, layer) => sum + layer.filter(is).length, 0);
  }
}
