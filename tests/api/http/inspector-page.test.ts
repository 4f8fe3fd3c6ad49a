/** GET /inspect as an HTTP client sees it; what the page does is the browser suite's. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { addInspector } from '../../../src/api/http/inspector-page.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const SCRIPT = 'document.title = "a script";';
const STYLE = 'body { margin: 0 }';
const PAGE = `<!doctype html><meta name="websocket-path" content="/ws"><style>${STYLE}</style>
<script type="module">${SCRIPT}</script>`;

async function open(page: string | null, websocketPath = '/ws') {
  const file = join(await temporaryFolder(), 'inspector.html');
  if (page !== null) await writeFile(file, page);
  const app = Fastify();
  onTestFinished(() => app.close());
  addInspector(app, { websocketPath, file });
  return { app, file };
}

test('the page comes without a login, and only its own script may run in it', async () => {
  const { app } = await open(PAGE);
  const { statusCode, headers, body } = await app.inject('/inspect');
  expect([statusCode, headers['content-type'], body]).toEqual([200, 'text/html; charset=utf-8', PAGE]);
  const policy = String(headers['content-security-policy']);
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  expect(policy).toContain(`script-src ${hash(SCRIPT)};`);
  expect(policy).toContain(`style-src ${hash(STYLE)};`);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache' });
});

test('who has it already is told so', async () => {
  const { app } = await open(PAGE);
  const { etag } = (await app.inject('/inspect')).headers;
  const again = await app.inject({ url: '/inspect', headers: { 'if-none-match': String(etag) } });
  expect([again.statusCode, again.body]).toEqual([304, '']);
});

test('the page learns where the WebSocket is', async () => {
  const { app } = await open(PAGE, '/cameras/socket');
  expect((await app.inject('/inspect')).body).toContain('name="websocket-path" content="/cameras/socket"');
});

test('a page that is not built is named, and served as soon as it is there', async () => {
  const { app, file } = await open(null);
  expect((await app.inject('/inspect')).statusCode).toBe(500);
  await writeFile(file, PAGE);
  expect((await app.inject('/inspect')).statusCode).toBe(200);
});

test('an address that ends in a slash leads there, too', async () => {
  const { app } = await open(PAGE);
  const { statusCode, headers } = await app.inject('/inspect/');
  expect([statusCode, headers.location]).toEqual([308, '/inspect']);
});
