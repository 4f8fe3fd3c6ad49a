/** The pages are true where a machine can tell: links lead somewhere, commands exist, every error is explained. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { configDocs } from '../../scripts/config-docs.ts';
import { ERROR_CODES } from '../../src/machines/errors.ts';
import { filesIn, PROJECT, read } from './sources.ts';

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...filesIn('docs', '.md')];

/** As GitHub makes them of headings. */
function anchors(page: string): ReadonlySet<string> {
  const headings = [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title);
  return new Set(
    headings.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}

test.each(pages)('%s: links lead to files and headings that are there', (page) => {
  const text = read(page)
    .replace(/```[\s\S]*?```/g, '')
    .replace(/`[^`\n]*`/g, '');
  const links = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)].map(
    ([, one, other]) => one ?? other ?? '',
  );
  const dead = links.filter((link) => {
    if (/^(https?:|mailto:)/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    if (!existsSync(join(PROJECT, target))) return true;
    return anchor !== undefined && target.endsWith('.md') && !anchors(target).has(anchor);
  });
  expect(dead).toEqual([]);
});

test.each(pages)('%s: its npm commands exist', (page) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = [...read(page).matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
    ([, run, short]) => run ?? short ?? '',
  );
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('docs/troubleshooting.md has a section for every error code', () => {
  const headings: readonly string[] = read('docs/troubleshooting.md').match(/^### .+$/gm) ?? [];
  const missing = Object.keys(ERROR_CODES).filter((code) => !headings.includes(`### ${code}`));
  expect(missing).toEqual([]);
});

test('docs/troubleshooting.md explains no code that does not exist', () => {
  const section = read('docs/troubleshooting.md').split('## Error codes')[1]?.split(/^## /m)[0] ?? '';
  const explained = [...section.matchAll(/^### (.+)$/gm)].map(([, code = '']) => code);
  expect(explained.filter((code) => !(code in ERROR_CODES))).toEqual([]);
  expect(explained.length).toBeGreaterThan(10);
});

test('decisions are numbered, and have the form of the first', () => {
  const records = filesIn('docs/decisions', '.md');
  const numbers = records.map((file) => /\/(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1]);
  expect(numbers).not.toContain(undefined);
  expect(new Set(numbers).size).toBe(records.length);
  const formless = records.filter(
    (file) => !['**Context.**', '**Decision.**'].every((part) => read(file).includes(part)),
  );
  expect(formless).toEqual([]);
});

test('docs/configuration.md is what the schema says, else run: npm run docs', () => {
  expect(read('docs/configuration.md')).toBe(configDocs());
});
