/** Plain nested objects, addressed by `section.key`. */

export type Tree = { [name: string]: unknown };

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** undefined where there is none. */
export function valueAt(tree: Tree, key: string): unknown {
  return key.split('.').reduce<unknown>((inner, name) => (isTree(inner) ? inner[name] : undefined), tree);
}

/** Makes the sections it needs, also in the place of something that is no section. */
export function setAt(tree: Tree, key: string, value: unknown): void {
  const names = key.split('.');
  const last = names.pop() ?? key;
  let inner = tree;
  for (const name of names) {
    const next = inner[name];
    const section: Tree = isTree(next) ? next : {};
    inner[name] = section;
    inner = section;
  }
  inner[last] = value;
}

export function removeAt(tree: Tree, key: string): void {
  const names = key.split('.');
  const last = names.pop() ?? key;
  const section = names.length === 0 ? tree : valueAt(tree, names.join('.'));
  if (isTree(section)) delete section[last];
}

/** Nothing in it can be changed any more. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
