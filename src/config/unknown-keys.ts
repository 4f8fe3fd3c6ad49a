/** Keys of a configuration file that the schema does not know, each with the key that was most likely meant. */
import type { ConfigIssue } from './config-error.ts';
import { nearest } from './nearest.ts';
import { isTree, type Tree } from './tree.ts';

export interface UnknownKey {
  /** Full path. */
  readonly key: string;
  readonly issue: ConfigIssue;
}

/** @param known all keys as `section.key` */
export function findUnknownKeys(tree: Tree, known: readonly string[]): UnknownKey[] {
  const sections = [...new Set(known.map((key) => key.slice(0, key.lastIndexOf('.'))))];
  return unknownIn(tree, [], known, sections);
}

function unknownIn(
  tree: Tree,
  path: readonly string[],
  known: readonly string[],
  sections: readonly string[],
): UnknownKey[] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const key = [...path, name].join('.');
    if (sections.includes(key))
      return isTree(value) ? unknownIn(value, [...path, name], known, sections) : [];
    if (known.includes(key)) return [];
    const likely = isTree(value) && path.length === 0 ? sections : known;
    return [
      {
        key,
        issue: { where: key, sentence: `there is no such key; the nearest is ${nearest(key, likely)}` },
      },
    ];
  });
}
