/**
 * One file over HTTP into a `.part` file, from where the last attempt stopped. Follows redirects, obeys
 * HTTPS_PROXY. Checks nothing but size; never removes what it got, so that the next attempt goes on from it.
 */
import { createWriteStream } from 'node:fs';
import { stat, truncate } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EnvHttpProxyAgent, fetch, type Response } from 'undici';
import { CameraError } from '../../machines/errors.ts';

export interface Transfer {
  readonly url: string;
  /** Absolute; its folder exists. */
  readonly partFile: string;
  /** A longer file is refused. */
  readonly maxBytes: number;
  /** Called as bytes arrive; `totalBytes` is null where the server does not say. */
  readonly progress: (receivedBytes: number, totalBytes: number | null) => void;
}

/**
 * @throws CameraError missing-program (download_not_found, download_refused, download_too_large) |
 * media-server-unreachable (download_interrupted) | storage; on abort the signal's own reason
 */
export async function transfer(order: Transfer, signal: AbortSignal): Promise<void> {
  await withRoute(async (dispatcher) => {
    const response = await ask(order, dispatcher, signal);
    if (response !== null) await receive(order, response, signal);
  }, signal);
}

/** A small text over HTTP; null where the server has none. @throws as transfer */
export async function transferText(
  url: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string | null> {
  return withRoute(async (dispatcher) => {
    const response = await fetch(url, { dispatcher, signal });
    if (!response.ok) return null;
    const text = await response.text();
    if (text.length > maxBytes) throw tooLarge();
    return text;
  }, signal);
}

async function withRoute<T>(
  work: (dispatcher: EnvHttpProxyAgent) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const dispatcher = new EnvHttpProxyAgent();
  try {
    return await work(dispatcher);
  } catch (error) {
    throw signal.aborted ? signal.reason : translated(error);
  } finally {
    await dispatcher.destroy().catch(() => undefined);
  }
}

/** null: the part file is already the whole file. */
async function ask(
  order: Transfer,
  dispatcher: EnvHttpProxyAgent,
  signal: AbortSignal,
): Promise<Response | null> {
  const haveBytes = await sizeOf(order.partFile);
  // A compressed answer could not be gone on with.
  const headers = {
    'accept-encoding': 'identity',
    ...(haveBytes > 0 ? { range: `bytes=${haveBytes}-` } : {}),
  };
  const response = await fetch(order.url, { headers, dispatcher, signal });
  if (response.status === 416) {
    await response.body?.cancel();
    if (response.headers.get('content-range') === `bytes */${haveBytes}`) return null;
    // What is there is not the beginning of this file.
    await truncate(order.partFile, 0);
    return ask(order, dispatcher, signal);
  }
  if (response.ok) return response;
  await response.body?.cancel();
  const missing = response.status === 404;
  throw new CameraError('missing-program', `The download server answered with status ${response.status}`, {
    reason: missing ? 'download_not_found' : 'download_refused',
  });
}

async function receive(order: Transfer, response: Response, signal: AbortSignal): Promise<void> {
  const resumed = response.status === 206;
  let receivedBytes = resumed ? await sizeOf(order.partFile) : 0;
  const restBytes = Number(response.headers.get('content-length') ?? Number.NaN);
  const totalBytes = Number.isFinite(restBytes) ? receivedBytes + restBytes : null;
  if ((totalBytes ?? 0) > order.maxBytes) throw tooLarge();
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      receivedBytes += chunk.length;
      if (receivedBytes > order.maxBytes) return done(tooLarge());
      order.progress(receivedBytes, totalBytes);
      done(null, chunk);
    },
  });
  const body = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body as never);
  const file = createWriteStream(order.partFile, { flags: resumed ? 'a' : 'w', mode: 0o600 });
  await pipeline(body, count, file, { signal });
  // A server that closes early may look like one that is done.
  if (totalBytes !== null && receivedBytes < totalBytes) throw interrupted(undefined);
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

function translated(error: unknown): CameraError {
  if (error instanceof CameraError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EIO', 'ENOENT'].includes(code)) {
    return new CameraError('storage', 'The download cannot be written to the cache', { cause: error });
  }
  return interrupted(error);
}

function interrupted(cause: unknown): CameraError {
  return new CameraError('media-server-unreachable', 'The download server cannot be reached or broke off', {
    reason: 'download_interrupted',
    cause,
  });
}

function tooLarge(): CameraError {
  return new CameraError('missing-program', 'The download is larger than a release of MediaMTX can be', {
    reason: 'download_too_large',
  });
}
