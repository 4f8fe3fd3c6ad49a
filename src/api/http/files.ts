/**
 * GET and HEAD of finished files, with ranges. Login first, then the name, then the disk; plain files of the folder
 * itself only: no links, no hidden files, no folders. Every access is logged.
 */
import { access, constants, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import send from '@fastify/send';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Desk } from '../desk.ts';
import { RpcFault } from '../rpc/fault.ts';
import { principalOf } from './credentials.ts';
import { attachment, type FileFolder, judgeFileName } from './file-name.ts';

/** Adds /files/recordings/NAME and /files/snapshots/NAME to a listener. */
export function addFiles(app: FastifyInstance, desk: Desk): void {
  const folders: readonly (readonly [FileFolder, string])[] = [
    ['recordings', desk.shelf.recordingsFolder],
    ['snapshots', desk.shelf.snapshotsFolder],
  ];
  for (const [folder, root] of folders) {
    app.route<{ Params: { '*': string } }>({
      method: ['GET', 'HEAD'],
      url: `/files/${folder}/*`,
      handler: (request, reply) => serve(desk, folder, root, request, reply),
    });
  }
}

async function serve(
  desk: Desk,
  folder: FileFolder,
  root: string,
  request: FastifyRequest<{ Params: { '*': string } }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const name = request.params['*'];
  const audit = {
    event: 'file_access',
    folder,
    file: name.slice(0, 255),
    address: request.ip,
    user: null as string | null,
  };
  reply.raw.once('close', () => {
    desk.log.info(
      { ...audit, status: reply.statusCode, bytes: Number(reply.getHeader('content-length') ?? 0) },
      'file asked for',
    );
  });
  const principal = principalOf(request.headers, desk.doorkeeper);
  if (principal === null) {
    throw new RpcFault('auth-failed', {
      reason: 'not_authenticated',
      details: 'Files need a login.',
      suggestion: 'Send Authorization: Bearer with a token, or X-API-Key.',
    });
  }
  audit.user = principal.subject;
  const verdict = judgeFileName(folder, name);
  if (verdict === 'traversal') {
    throw new RpcFault('invalid-params', {
      reason: 'file_name_invalid',
      details: 'This is no name of a file here.',
      suggestion: 'Use the download_url of the list.',
    });
  }
  if (verdict === 'hidden' || !(await isPlainFile(join(root, name)))) throw missing();
  const file = await send(request.raw, `/${encodeURIComponent(name)}`, {
    root,
    dotfiles: 'ignore',
    index: false,
    cacheControl: false,
    contentType: false,
  });
  if (file.type === 'directory') throw missing();
  if (file.statusCode === 404) throw missing();
  reply.code(file.statusCode).headers(file.headers);
  reply.headers({ 'Cache-Control': 'private, no-cache', 'X-Content-Type-Options': 'nosniff' });
  if (file.type === 'file')
    reply.headers({ 'Content-Type': verdict.type, 'Content-Disposition': attachment(name) });
  return reply.send(file.stream);
}

/** @throws RpcFault permission-denied when it is there and the service may not read it */
async function isPlainFile(path: string): Promise<boolean> {
  try {
    const isFile = (await lstat(path)).isFile();
    if (isFile) await access(path, constants.R_OK);
    return isFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') return false;
    throw new RpcFault('permission-denied', {
      reason: 'file_unreadable',
      details: 'The service may not read this file.',
      suggestion: 'Give the user of the service read access to it.',
    });
  }
}

function missing(): RpcFault {
  return new RpcFault('not-found', {
    reason: 'file_unknown',
    details: 'There is no such file.',
    suggestion: 'Call list_recordings or list_snapshots for what exists.',
  });
}
