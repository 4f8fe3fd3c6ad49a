/**
 * The control socket: newline-delimited JSON requests and answers, and plug events for those who watch. Turns
 * lines into calls of the rack; holds no state of a camera.
 */
import { existsSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type {
  ControlAnswer,
  ControlEvent,
  ControlMethods,
  ControlRequest,
} from '../../adapters/synthetic/protocol.ts';
import { type Rack, RackError } from './rack.ts';

export class ControlServer {
  readonly #path: string;
  readonly #rack: Rack;
  readonly #connections = new Set<Socket>();
  #server: Server | null = null;

  constructor(path: string, rack: Rack) {
    this.#path = path;
    this.#rack = rack;
  }

  /** @throws Error of the socket (path too long, no permission) */
  async open(): Promise<void> {
    rmSync(this.#path, { force: true });
    const server = createServer((socket) => this.#serve(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#path, resolve);
    });
    this.#server = server;
  }

  close(): void {
    this.#server?.close();
    this.#server = null;
    for (const socket of this.#connections) socket.destroy();
  }

  /** Listens anew if somebody removed the socket; connections stay. */
  async repair(): Promise<void> {
    if (this.#server === null || existsSync(this.#path)) return;
    this.#server.close();
    await this.open();
  }

  #serve(socket: Socket): void {
    this.#connections.add(socket);
    let ignore = () => {};
    const send = (message: ControlAnswer | ControlEvent) => {
      if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
    };
    const watch = () => {
      ignore();
      ignore = this.#rack.listen((event) => send({ event }));
    };
    const lines = createInterface({ input: socket });
    lines.on('line', (line) => void this.#answer(line, watch).then(send));
    // readline passes the stream's errors on.
    lines.on('error', () => {});
    socket.on('error', () => {});
    socket.once('close', () => {
      ignore();
      lines.close();
      this.#connections.delete(socket);
    });
  }

  async #answer(line: string, watch: () => void): Promise<ControlAnswer> {
    let id: number | null = null;
    try {
      const request = JSON.parse(line) as ControlRequest;
      id = request.id;
      return { id, result: await this.#call(request, watch) };
    } catch (error) {
      const code = error instanceof RackError ? error.code : 'bad-params';
      return { id, error: { code, message: error instanceof Error ? error.message : String(error) } };
    }
  }

  async #call({ method, params }: ControlRequest, watch: () => void): Promise<unknown> {
    switch (method as keyof ControlMethods) {
      case 'list':
        return { nodes: this.#rack.nodes() };
      case 'watch':
        watch();
        return { nodes: this.#rack.nodes() };
      case 'report':
        return { cameras: this.#rack.reports() };
      case 'probe':
        return this.#rack.probe((params as ControlMethods['probe']['params']).target);
      case 'controls':
        return {
          controls: await this.#rack.controls((params as ControlMethods['controls']['params']).target),
        };
      case 'setControl': {
        const { target, name, value } = params as ControlMethods['setControl']['params'];
        await this.#rack.setControl(target, name, value);
        return {};
      }
      case 'turnControl': {
        const { target, name, value, stuck } = params as ControlMethods['turnControl']['params'];
        this.#rack.turnControl(target, name, value, stuck);
        return {};
      }
      case 'inject': {
        const { target, fault, as } = params as ControlMethods['inject']['params'];
        this.#rack.inject(target, fault, as);
        return {};
      }
      default:
        throw new RackError('bad-params', `There is no method ${method}.`);
    }
  }
}
