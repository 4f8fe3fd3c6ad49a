/**
 * Goes through the product, the good life first: level 0 is the life in which all goes well, one thing after the other,
 * level 1 all that one departure from it leads to (a failure, a slow answer, an order, an unplug), and so on.
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
  /** By level: what was found, and of it what was not gone on from. */
  readonly levels: readonly { readonly found: number; readonly frontier: number }[];
  /** Different sets of states, without what else is known of them. */
  readonly states: number;
}

/**
 * Most of the steps go level by level; with the last of them, whatever is new in its states comes first, on any level.
 * @param limit steps at most
 */
export function walk(product: Product, limit: number): Walk {
  const found = new Map<string, Found>();
  const states = new Map<string, number>();
  const waiting = new Waiting();
  const meet = (one: Found): void => {
    const key = product.keyOf(one.joint);
    const before = found.get(key);
    if (before !== undefined && before.level <= one.level) return;
    found.set(key, one);
    const own = statesOf(one.joint);
    const times = (states.get(own) ?? 0) + 1;
    states.set(own, times);
    waiting.add(one, Math.floor(Math.log2(times)));
  };
  for (const joint of product.starts()) meet({ joint, level: 0, from: null, label: 'start' });
  const gone = new Set<Found>();
  const isDone = (one: Found) => gone.has(one) || found.get(product.keyOf(one.joint)) !== one;
  let steps = 0;
  while (steps < limit) {
    const one = steps < limit * 0.85 ? waiting.nearest() : waiting.newest();
    if (one === undefined) break;
    if (isDone(one)) continue;
    gone.add(one);
    for (const step of product.steps(one.joint)) {
      for (const { joint, label, isBenign } of product.outcomes(one.joint, step)) {
        steps += 1;
        meet({ joint, label, from: one, level: isBenign ? one.level : one.level + 1 });
      }
    }
  }
  const all = [...found.values()];
  const levels: { found: number; frontier: number }[] = [];
  for (const one of all) {
    levels[one.level] ??= { found: 0, frontier: 0 };
    const level = levels[one.level]!;
    level.found += 1;
    if (!gone.has(one)) level.frontier += 1;
  }
  return { found: all, steps, levels, states: states.size };
}

export function pathOf(found: Found): string {
  const labels: string[] = [];
  for (let one: Found | null = found; one !== null; one = one.from) labels.unshift(one.label);
  return labels.join(' > ');
}

/** By level, and within it by how often their states were met before. */
class Waiting {
  readonly #levels: Found[][][] = [];

  add(one: Found, layer: number): void {
    this.#levels[one.level] ??= [];
    this.#levels[one.level]![layer] ??= [];
    this.#levels[one.level]![layer]!.push(one);
  }

  nearest(): Found | undefined {
    return this.#take((level, layer) => level * 1000 + layer);
  }

  newest(): Found | undefined {
    return this.#take((level, layer) => layer * 1000 + level);
  }

  #take(rank: (level: number, layer: number) => number): Found | undefined {
    let best: Found[] | undefined;
    let bestRank = Number.POSITIVE_INFINITY;
    this.#levels.forEach((layers, level) => {
      layers.forEach((pile, layer) => {
        if (pile.length === 0 || rank(level, layer) >= bestRank) return;
        best = pile;
        bestRank = rank(level, layer);
      });
    });
    return best?.pop();
  }
}
