/** What is wrong although each value is allowed by itself. */
import type { ConfigIssue } from './config-error.ts';
import { isPlainPath, serviceFolders } from './paths.ts';
import { type Config, PORT_KEYS } from './schema.ts';
import { type Tree, valueAt } from './tree.ts';

const SECRET_LENGTH = 32;

/** The first must not be larger than the second. */
const ORDERED: readonly (readonly [lesser: string, greater: string])[] = [
  ['storage.low_percent', 'storage.critical_percent'],
  ['mediamtx.health_open_ms', 'mediamtx.health_open_max_ms'],
  ['mediamtx.restart_backoff_ms', 'mediamtx.restart_backoff_max_ms'],
  ['camera.probe_backoff_ms', 'camera.probe_backoff_max_ms'],
  ['stream.backoff_ms', 'stream.backoff_max_ms'],
];

/** Issues between keys. A key that is wrong by itself (`bad`) is not reported again. */
export function checkTogether(config: Config, bad: ReadonlySet<string>): ConfigIssue[] {
  const isGood = (...keys: readonly string[]) => keys.every((key) => !bad.has(key));
  return [
    ...equalPorts(config, isGood),
    ...ORDERED.filter(([lesser, greater]) => isGood(lesser, greater)).flatMap((pair) =>
      wrongOrder(config, pair),
    ),
    ...(isGood('security.jwt_secret') ? shortSecret(config) : []),
    ...unusableFolders(config),
  ];
}

function equalPorts(config: Config, isGood: (key: string) => boolean): ConfigIssue[] {
  const keysByPort = new Map<number, string[]>();
  for (const key of PORT_KEYS.filter(isGood)) {
    const port = numberAt(config, key);
    keysByPort.set(port, [...(keysByPort.get(port) ?? []), key]);
  }
  const shared = [...keysByPort].filter(([, keys]) => keys.length > 1);
  return shared.map(([port, keys]) => ({
    where: keys.join(' and '),
    sentence: `${keys.length === 2 ? 'both' : 'all'} are ${port}; each listener needs a port of its own`,
  }));
}

function wrongOrder(config: Config, [lesser, greater]: readonly [string, string]): ConfigIssue[] {
  const [low, high] = [numberAt(config, lesser), numberAt(config, greater)];
  return low <= high ? [] : [{ where: lesser, sentence: `${low} is more than ${greater}, which is ${high}` }];
}

function shortSecret({ security }: Config): ConfigIssue[] {
  const { length } = security.jwt_secret;
  if (length === 0 || length >= SECRET_LENGTH) return [];
  const sentence = `has ${length} characters; it must have at least ${SECRET_LENGTH}, or be empty`;
  return [{ where: 'security.jwt_secret', sentence }];
}

/** Where a relative path leads into a folder with other characters. */
function unusableFolders({ paths }: Config): ConfigIssue[] {
  return Object.values(serviceFolders(paths))
    .filter((folder) => !isPlainPath(folder))
    .map((folder) => ({ where: 'paths', sentence: `${folder} may hold only letters, digits and . _ / -` }));
}

function numberAt(config: Config, key: string): number {
  return valueAt(config as unknown as Tree, key) as number;
}
