/**
 * The stream sockets of one camera: one for each mode, and one without a mode in its name for the configured one.
 * An opener finds out what a V4L2 opener finds out: nobody listens (ECONNREFUSED) is busy, no file (ENOENT) is gone.
 * Never writes a picture.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { CameraMode } from '../../adapters/synthetic/protocol.ts';
import type { Compressed } from './compressor.ts';

export interface ServedMode extends CameraMode {
  /** `YUYV`, or what the camera compresses to. */
  readonly format: 'YUYV' | Compressed;
}

export class StreamSockets {
  readonly #modes: ReadonlyMap<string, ServedMode>;
  readonly #opened: (socket: Socket, mode: ServedMode) => void;
  #servers: Server[] = [];
  #generation = 0;

  /** @param modes socket path → what is served there @param opened called for each opener, several ones too */
  constructor(modes: ReadonlyMap<string, ServedMode>, opened: (socket: Socket, mode: ServedMode) => void) {
    this.#modes = modes;
    this.#opened = opened;
  }

  /**
   * Accepts openers again. Synchronous, so that no opener falls between two states. A socket is bound under
   * another name and renamed: that replaces a dead socket file atomically, and closing (which unlinks the bound
   * name) leaves the file there.
   */
  listen(): void {
    this.refuse();
    this.#generation += 1;
    for (const [path, mode] of this.#modes) {
      const bound = `${path}.${this.#generation}`;
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      rmSync(bound, { force: true });
      const server = createServer((socket) => this.#opened(socket, mode));
      // A failed bind shows in the rename that follows.
      server.on('error', () => {});
      server.listen(bound);
      renameSync(bound, path);
      this.#servers.push(server);
    }
  }

  /** Busy: the files stay, connecting is refused. An opener that is connected stays so. */
  refuse(): void {
    for (const server of this.#servers) server.close();
    this.#servers = [];
  }

  /** Gone: the files go as well. */
  remove(): void {
    this.refuse();
    for (const path of this.#modes.keys()) rmSync(path, { force: true });
  }

  /** False once somebody removed a file, or the whole folder. */
  intact(): boolean {
    return [...this.#modes.keys()].every((path) => existsSync(path));
  }
}
