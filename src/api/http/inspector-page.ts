/**
 * GET /inspect: the inspector, one file with its scripts, styles and charts inside (src/inspector). It holds nothing
 * secret and is open; what it shows comes over the WebSocket, behind a login. Nothing but its own script may run in it.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RpcFault } from '../rpc/fault.ts';

/** Where `npm run build` puts it, beside the compiled service. */
export const BUILT_PAGE = new URL('../../inspector/inspector.html', import.meta.url);

/** The page learns from this where the WebSocket is. */
const SOCKET_MARK = '<meta name="websocket-path" content="/ws"';

interface Page {
  readonly body: Buffer;
  readonly etag: string;
  readonly policy: string;
}

/** Adds the page to a listener. The file is read when it is first asked for, and kept. */
export function addInspector(
  app: FastifyInstance,
  { websocketPath, file = BUILT_PAGE }: { readonly websocketPath: string; readonly file?: URL | string },
): void {
  let page: Promise<Page> | undefined;
  const serve = async (request: FastifyRequest, reply: FastifyReply) => {
    page ??= readPage(file, websocketPath);
    const { body, etag, policy } = await page.catch((error) => {
      page = undefined;
      throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? notBuilt() : error;
    });
    reply.headers({
      ETag: etag,
      'Cache-Control': 'no-cache',
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cross-Origin-Opener-Policy': 'same-origin',
    });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type('text/html; charset=utf-8').send(body);
  };
  app.get('/inspect', serve);
  // A person who types the address may end it so.
  app.get('/inspect/', (_, reply) => reply.redirect('/inspect', 308));
}

async function readPage(file: URL | string, websocketPath: string): Promise<Page> {
  const built = await readFile(file, 'utf8');
  if (!built.includes(SOCKET_MARK))
    throw new Error('The inspector was built without the place of the WebSocket.');
  const text = built.replace(
    SOCKET_MARK,
    SOCKET_MARK.replace('"/ws"', () => `"${websocketPath}"`),
  );
  const hashes = (element: string) =>
    [...text.matchAll(new RegExp(`<${element}[^>]*>([\\s\\S]*?)</${element}>`, 'g'))].map(
      ([, inside = '']) => `'sha256-${createHash('sha256').update(inside).digest('base64')}'`,
    );
  const policy = [
    "default-src 'none'",
    `script-src ${hashes('script').join(' ')}`,
    `style-src ${hashes('style').join(' ')}`,
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  return { body: Buffer.from(text), etag, policy };
}

function notBuilt(): RpcFault {
  return new RpcFault('not-found', {
    reason: 'page_not_built',
    details: 'The inspector is not built.',
    suggestion: 'npm run build makes it; npm start and npm run demo do so by themselves.',
  });
}
