import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { apiDocs, staleDocs } from '../../src/api/docs.ts';
import { METHODS } from '../../src/api/methods/table.ts';
import { NOTIFICATIONS } from '../../src/api/notifications.ts';
import { CATALOGUE } from '../../src/api/rpc/catalogue.ts';

test('docs/api.md is what the declarations say', async () => {
  const text = await readFile(resolve(import.meta.dirname, '../../docs/api.md'), 'utf8');
  expect(staleDocs(text)).toBeUndefined();
  expect(staleDocs(`${text} `)).toContain('npm run docs');
});

test('the page has a section for every method and notification and a row for every error', () => {
  const text = apiDocs();
  for (const { name } of [...METHODS, ...NOTIFICATIONS]) expect(text).toContain(`\n### ${name}\n`);
  for (const { code } of Object.values(CATALOGUE)) expect(text).toContain(`| ${code} |`);
  expect(text).not.toMatch(/undefined|\[object/);
});
