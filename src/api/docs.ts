/** docs/api.md from the declarations. Prose that is no declaration stands here once; nothing is typed twice. */
import { z } from 'zod';
import { HTTP_PROSE, INTRODUCTION, NOTIFICATION_PROSE } from './docs-prose.ts';
import { fieldRows, table } from './docs-tables.ts';
import type { Method } from './methods/method.ts';
import { METHODS } from './methods/table.ts';
import { NOTIFICATIONS } from './notifications.ts';
import { CATALOGUE, type FaultName } from './rpc/catalogue.ts';

/** The whole page, ending in a newline. */
export function apiDocs(): string {
  return [
    INTRODUCTION,
    '## Methods',
    table(
      ['method', 'role', 'what it does'],
      METHODS.map((method) => [
        `[${method.name}](#${method.name})`,
        method.role,
        firstSentence(method.summary),
      ]),
    ),
    ...METHODS.map(methodSection),
    '## Notifications',
    NOTIFICATION_PROSE,
    ...NOTIFICATIONS.map(({ name, summary, params, example }) =>
      [
        `### ${name}`,
        summary,
        table(['field', 'type', 'what'], fieldRows(schemaOf(params, 'output'), false)),
        json({ jsonrpc: '2.0', method: name, params: example }),
      ].join('\n\n'),
    ),
    '## Errors',
    'Every error has `code`, `message` and `data`. `data` always holds `reason` (a stable word), `details` (a sentence), `suggestion` (a sentence) and `correlation_id` (also in the log), and beside them:',
    table(['code', 'message', 'when', 'further `data`'], Object.values(CATALOGUE).map(errorRow)),
    HTTP_PROSE,
  ]
    .join('\n\n')
    .concat('\n');
}

/** A sentence about what is stale, or undefined. @param text what docs/api.md holds */
export function staleDocs(text: string): string | undefined {
  return text === apiDocs() ? undefined : 'docs/api.md differs from the declarations: run `npm run docs`.';
}

function methodSection(method: Method): string {
  const aliases = method.aliases?.map((alias) => `\`${alias}\``).join(', ');
  const params = fieldRows(schemaOf(method.params, 'input'), true);
  const result = schemaOf(method.result, 'output');
  const rows = fieldRows(result, false);
  const { example } = method;
  return [
    `### ${method.name}`,
    `${method.summary}`,
    `Role: **${method.role}**.${aliases === undefined ? '' : ` Also called ${aliases}.`}${errorList(method)}`,
    params.length === 0 ? 'Takes no parameters.' : table(['parameter', 'type', 'required', 'what'], params),
    rows.length === 0
      ? `Result: \`${JSON.stringify(example.result)}\`.`
      : table(['result', 'type', 'what'], rows),
    `\`\`\`json\n${JSON.stringify({ jsonrpc: '2.0', id: 1, method: method.name, params: example.params })}\n\`\`\``,
    json({ jsonrpc: '2.0', id: 1, result: example.result }),
  ].join('\n\n');
}

function firstSentence(text: string): string {
  return /^.*?\.(?= |$)/.exec(text)?.[0] ?? text;
}

function errorList({ errors }: Method): string {
  if (errors.length === 0) return '';
  return ` Errors beside the common ones: ${errors.map((name: FaultName) => `${CATALOGUE[name].code}`).join(', ')}.`;
}

function errorRow({ code, title, when, fields }: (typeof CATALOGUE)[FaultName]): string[] {
  return [String(code), title, when, fields.map((field) => `\`${field}\``).join(', ')];
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): z.core.JSONSchema.JSONSchema {
  return z.toJSONSchema(schema, { io });
}

function json(value: unknown): string {
  return `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
}
