/** Those who come from outside: viewers over RTSP, and clients that behave badly. They leave with the round. */
import { type ChildProcess, spawn } from 'node:child_process';
import { WebSocket } from 'ws';
import type { House } from './house.ts';

export class Visitors {
  readonly #house: House;
  readonly #viewers = new Map<string, ChildProcess[]>();
  readonly #sockets = new Set<WebSocket>();

  constructor(house: House) {
    this.#house = house;
  }

  /** A player; it may be refused, be held, or be thrown out, as players are. */
  watch(camera: string): void {
    const url = this.#house.service.rtspUrl(camera);
    const words = [
      '-v',
      'quiet',
      '-nostdin',
      '-rtsp_transport',
      'tcp',
      '-i',
      url,
      '-c',
      'copy',
      '-f',
      'null',
      '-',
    ];
    const viewer = spawn('ffmpeg', words, { stdio: 'ignore' });
    this.#viewers.set(camera, [...(this.#viewers.get(camera) ?? []), viewer]);
  }

  leave(camera: string): void {
    for (const viewer of this.#viewers.get(camera) ?? []) viewer.kill('SIGKILL');
    this.#viewers.delete(camera);
  }

  /** Orders something that takes long and is gone before the answer. */
  vanish(camera: string): void {
    this.#open((socket, key) => {
      socket.send(call(1, 'authenticate', { auth_token: key }));
      socket.send(call(2, 'take_snapshot', { device: camera, max_age_ms: 0 }), () => socket.terminate());
    });
  }

  /** Logs in, asks for everything again and again, and never reads an answer. */
  playDeaf(camera: string): void {
    this.#open((socket, key) => {
      socket.pause();
      socket.send(call(1, 'authenticate', { auth_token: key }));
      for (let id = 2; id < 300; id += 1) socket.send(call(id, 'get_camera_status', { device: camera }));
    });
  }

  /** No JSON, no login, wrong parameters, a batch of nothing, a long frame. */
  beRude(): void {
    this.#open((socket) => {
      const frames = [
        '{',
        '[]',
        'null',
        '{"jsonrpc":"2.0","id":{},"method":7}',
        call(1, 'start_recording', { device: 'camera0' }),
        call(2, 'authenticate', { auth_token: 'x'.repeat(5000) }),
        call(3, 'ping', ['y'.repeat(900_000)]),
        '[['.repeat(10_000),
      ];
      for (const frame of frames) socket.send(frame);
      socket.send(Buffer.alloc(1_100_000));
    });
  }

  /** Everybody goes. */
  goHome(): void {
    for (const camera of [...this.#viewers.keys()]) this.leave(camera);
    for (const socket of this.#sockets) socket.terminate();
    this.#sockets.clear();
  }

  #open(then: (socket: WebSocket, key: string) => void): void {
    const { ready } = this.#house.service;
    if (ready === null || !this.#house.isUp) return;
    const socket = new WebSocket(ready.ws, { perMessageDeflate: false });
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.once('open', () => then(socket, ready.api_key));
  }
}

function call(id: number, method: string, params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}
