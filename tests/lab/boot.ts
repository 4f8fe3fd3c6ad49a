/**
 * Before the first test of the lab: boots the guest, loads the cameras' driver and starts the service, all once.
 * After the last one: switches the guest off. What is found there is in `lab.ts`.
 */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { freePorts } from '../support/ports.ts';
import { until } from '../support/until.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { Guest } from './guest.ts';
import { type ServiceAddress, startService } from './service.ts';
import {
  DATA_FOLDER,
  GUEST_PORTS,
  LAB_CONFIG,
  loadCameras,
  loadLoopbacks,
  SECOND_PORTS,
} from './settings.ts';

declare module 'vitest' {
  interface ProvidedContext {
    lab: LabAddress;
  }
}

/** How a test reaches the guest and the service in it. */
export interface LabAddress extends ServiceAddress {
  readonly share: string;
  /** For one more service, which a test starts; ports of the host's loopback address. */
  readonly second: Pick<ServiceAddress, 'apiPort' | 'rtspPort'>;
  /** Why there are no nodes of v4l2loopback; empty: there are. */
  readonly noLoopback: string;
}

const BOOT_LIMIT_MS = 300_000;
const COMMAND_LIMIT_MS = 300_000;

/** Vitest's global setup of the project `lab`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const kernel = process.env.LAB_KERNEL;
  if (kernel === undefined) throw new Error('The lab is not prepared: run it with `npm run test:lab`.');
  const folder = join(import.meta.dirname, '../../.lab/run');
  const share = join(folder, 'share');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(share, 'commands'), { recursive: true });
  cpSync(join(import.meta.dirname, 'guest/main.sh'), join(share, 'main.sh'));
  const [apiPort = 0, rtspPort = 0, secondApi = 0, secondRtsp = 0] = await freePorts(4);
  const forwards = [
    { host: apiPort, guest: GUEST_PORTS.api },
    { host: rtspPort, guest: GUEST_PORTS.rtsp },
    { host: secondApi, guest: SECOND_PORTS.api },
    { host: secondRtsp, guest: SECOND_PORTS.rtsp },
  ];
  const emulator = startEmulator({ kernel, folder, share, forwards });
  try {
    const guest = new Guest(share);
    await untilUp(emulator, share);
    await guest.must(loadCameras(kernel), COMMAND_LIMIT_MS);
    const loopback = process.env.LAB_LOOPBACK;
    if (loopback) await guest.must(loadLoopbacks(loopback), COMMAND_LIMIT_MS);
    tell('The cameras are there.');
    await guest.must(`mkdir -p ${DATA_FOLDER}`);
    const service = await startService(guest, { name: 'service', config: LAB_CONFIG });
    tell(`The service is ready, with ${service.mediaServer}.`);
    project.provide('lab', {
      ...{ share, apiPort, rtspPort, second: { apiPort: secondApi, rtspPort: secondRtsp }, ...service },
      noLoopback: loopback ? '' : process.env.LAB_NO_LOOPBACK || 'v4l2loopback was not built',
    });
  } catch (error) {
    emulator.kill();
    throw error;
  }
  return async () => {
    writeFileSync(join(share, 'stop'), '');
    await until(() => emulator.ended(), { timeoutMs: 60_000, what: 'the guest switches itself off' }).finally(
      () => emulator.kill(),
    );
  };
}

/** Progress for the person at the terminal. */
function tell(sentence: string): void {
  console.error(`${process.uptime().toFixed(0).padStart(4)} s  ${sentence}`);
}

async function untilUp(emulator: Emulator, share: string): Promise<void> {
  await until(() => emulator.ended() !== null || existsSync(join(share, 'ready')), {
    timeoutMs: BOOT_LIMIT_MS,
    intervalMs: 100,
    what: () => `the guest is up; its console: ${emulator.console().slice(-3000)}`,
  });
  const end = emulator.ended();
  if (end !== null) throw new Error(`${end}\n${emulator.console().slice(-3000)}`);
  tell('The guest is up.');
}
