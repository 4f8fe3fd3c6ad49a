/**
 * The keys of the configuration as rows, read off the schema: for the documentation, for the names of environment
 * variables, and for saying what would have been allowed.
 */
import { z } from 'zod';
import { configSchema } from './schema.ts';

export interface ConfigRow {
  /** `section.key`. */
  readonly key: string;
  readonly type: 'integer' | 'number' | 'text' | 'boolean' | 'choice' | 'list';
  readonly default: unknown;
  /** From the end of the key: milliseconds, pixels, ...; empty where it has none. */
  readonly unit: string;
  /** What may stand there, e.g. `1 to 65535`; empty for any text. */
  readonly range: string;
  readonly about: string;
  /** `CAMERA_SERVICE_` and the key in capitals. */
  readonly environment: string;
  /** Its value must not be shown. */
  readonly secret: boolean;
}

export const ENVIRONMENT_PREFIX = 'CAMERA_SERVICE_';

/** The little of JSON Schema that the configuration uses. */
interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly enum?: readonly string[];
  readonly prefixItems?: readonly Node[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly default?: unknown;
  readonly description?: string;
}

const UNITS: readonly (readonly [suffix: string, unit: string])[] = [
  ['_ms', 'milliseconds'],
  ['_px', 'pixels'],
  ['_fps', 'frames per second'],
  ['_bps', 'bits per second'],
  ['_bytes', 'bytes'],
  ['_percent', 'percent'],
];

/** One row for each key, in the order of the schema. */
export function describeConfig(): readonly ConfigRow[] {
  return rowsOf(z.toJSONSchema(configSchema, { io: 'input' }) as Node, []);
}

function rowsOf(node: Node, path: readonly string[]): ConfigRow[] {
  if (node.properties) {
    return Object.entries(node.properties).flatMap(([name, inner]) => rowsOf(inner, [...path, name]));
  }
  const key = path.join('.');
  return [
    {
      key,
      type: typeOf(node),
      default: node.default,
      unit: UNITS.find(([suffix]) => key.endsWith(suffix))?.[1] ?? '',
      range: rangeOf(node),
      about: node.description ?? '',
      environment: ENVIRONMENT_PREFIX + key.toUpperCase().replaceAll('.', '_'),
      secret: /(secret|password)$/.test(key),
    },
  ];
}

function typeOf(node: Node): ConfigRow['type'] {
  if (node.enum) return 'choice';
  if (node.type === 'integer' || node.type === 'number' || node.type === 'boolean') return node.type;
  return node.type === 'array' ? 'list' : 'text';
}

function rangeOf(node: Node): string {
  if (node.enum) return node.enum.join(', ');
  if (node.prefixItems) return `[${node.prefixItems.map(rangeOf).join(', ')}]`;
  if (node.type === 'boolean') return 'true, false';
  if (node.minLength === 1) return 'not empty';
  const { minimum, maximum } = node;
  // Without a limit of its own, zod gives an integer the largest safe one.
  const isOpen = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER;
  if (minimum === undefined && isOpen) return '';
  return isOpen ? `at least ${minimum}` : `${minimum} to ${maximum}`;
}
