/** Somebody who publishes on a camera's path although it is not his, and comes back whenever he is thrown out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publish, type RunningFfmpeg } from '../contract/ffmpeg.ts';
import type { TestService } from './service.ts';

export interface Intruder {
  /** Every ffmpeg he started, by pid. */
  readonly pids: readonly number[];
  /** Gives up, and waits for the last ffmpeg to end. */
  stop(): Promise<void>;
}

/** Starts a plain ffmpeg, and another one as soon as it ends. */
export function intrude(url: string): Intruder {
  const pids: number[] = [];
  let running: RunningFfmpeg;
  let stopped = false;
  const comeBack = () => {
    if (stopped) return;
    running = publish(url);
    if (running.child.pid !== undefined) pids.push(running.child.pid);
    void running.ended.then(comeBack);
  };
  comeBack();
  return {
    pids,
    async stop() {
      stopped = true;
      await running.kill();
    },
  };
}

/** Where captures publish, with the password that a managed server wants of them. */
export function publishUrlOf(service: TestService, camera: string): string {
  const { publisher } = JSON.parse(readFileSync(join(service.dataFolder, 'media-server.json'), 'utf8')) as {
    publisher: { user: string; password: string };
  };
  return service.rtspUrl(camera).replace('rtsp://', `rtsp://${publisher.user}:${publisher.password}@`);
}
