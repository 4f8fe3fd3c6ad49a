/** JSON Schema → rows of a Markdown table. Only the parts of JSON Schema that our declarations use. */
import type { z } from 'zod';

type Schema = z.core.JSONSchema.JSONSchema;

/** A Markdown table; pipes and line ends in cells are escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replace(/\|/g, '\\|').replace(/\n/g, ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** One row per field, nested fields as `outer.inner`, elements of arrays as `outer[].inner`. */
export function fieldRows(schema: Schema, withRequired: boolean, prefix = ''): string[][] {
  const { properties, required = [] } = objectIn(schema);
  const start = prefix === '' && schema.type === 'array' ? '[].' : prefix;
  return Object.entries(properties ?? {}).flatMap(([name, field]) => {
    const inner = field as Schema;
    const path = `${start}${name}`;
    const row = [`\`${path}\``, typeOf(inner)];
    if (withRequired) row.push(requirement(required.includes(name), inner));
    row.push(inner.description ?? '');
    const suffix = arrayIn(inner) === undefined ? '.' : '[].';
    return [row, ...fieldRows(inner, withRequired, `${path}${suffix}`)];
  });
}

function requirement(isRequired: boolean, { default: given }: Schema): string {
  if (given !== undefined) return `no, default \`${JSON.stringify(given)}\``;
  return isRequired ? 'yes' : 'no';
}

/** The object a schema describes, through arrays and `null` alternatives. */
function objectIn(schema: Schema): Schema {
  const element = arrayIn(schema);
  if (element !== undefined) return objectIn(element);
  const alternatives = (schema.anyOf ?? []) as Schema[];
  return alternatives.find(({ properties }) => Object.keys(properties ?? {}).length > 0) ?? schema;
}

function arrayIn(schema: Schema): Schema | undefined {
  return schema.type === 'array' && typeof schema.items === 'object' ? (schema.items as Schema) : undefined;
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${String(word)}\``).join(', ');
  if (schema.anyOf !== undefined) return [...new Set((schema.anyOf as Schema[]).map(typeOf))].join(' or ');
  if (schema.format === 'date-time') return 'timestamp';
  if (schema.format === 'uuid') return 'uuid';
  const element = arrayIn(schema);
  if (element !== undefined) return `array of ${typeOf(element)}`;
  const type = String(schema.type ?? 'anything');
  const low = schema.minimum;
  const high = schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum;
  if (low !== undefined && high !== undefined && low !== Number.MIN_SAFE_INTEGER)
    return `${type}, ${low} to ${high}`;
  return type;
}
