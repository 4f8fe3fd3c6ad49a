/** The name somebody most likely meant. */
import { distance } from 'fastest-levenshtein';

/**
 * The nearest of the known names by edit distance. A key that is right but stands in the wrong section is near, too.
 * @returns undefined only where nothing is known
 */
export function nearest(unknown: string, known: readonly string[]): string | undefined {
  let best: { name: string; far: number } | undefined;
  for (const name of known) {
    const far = Math.min(distance(unknown, name), distance(leaf(unknown), leaf(name)) + 1);
    if (!best || far < best.far) best = { name, far };
  }
  return best?.name;
}

function leaf(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}
