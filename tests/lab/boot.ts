/**
 * Before the first test of the lab: boots the guest, loads the cameras' driver and starts the service, all once.
 * After the last one: switches the guest off. What is found there is in `lab.ts`.
 */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { stringify } from 'yaml';
import { compiled } from '../support/build.ts';
import { realMediaServer } from '../support/media-server.ts';
import { freePorts } from '../support/ports.ts';
import type { ReadyLine } from '../support/service.ts';
import { until } from '../support/until.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { Guest } from './guest.ts';
import { DATA_FOLDER, GUEST_PORTS, LAB_CONFIG, loadCameras } from './settings.ts';

declare module 'vitest' {
  interface ProvidedContext {
    lab: LabAddress;
  }
}

/** How a test reaches the guest and the service in it. */
export interface LabAddress {
  readonly share: string;
  readonly apiKey: string;
  /** Ports of the host's loopback address. */
  readonly apiPort: number;
  readonly rtspPort: number;
  /** As the service names it, e.g. `simulator 1.20.1`. */
  readonly mediaServer: string;
}

const BOOT_LIMIT_MS = 300_000;
const START_LIMIT_MS = 600_000;
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
  const [apiPort = 0, rtspPort = 0] = await freePorts(2);
  const forwards = [
    { host: apiPort, guest: GUEST_PORTS.api },
    { host: rtspPort, guest: GUEST_PORTS.rtsp },
  ];
  const emulator = startEmulator({ kernel, folder, share, forwards });
  try {
    const guest = new Guest(share);
    await untilUp(emulator, share);
    await guest.must(loadCameras(kernel), COMMAND_LIMIT_MS);
    tell('The cameras are there.');
    const { api_key: apiKey, media_server: mediaServer } = await startService(guest);
    tell(`The service is ready, with ${mediaServer}.`);
    project.provide('lab', { share, apiKey, apiPort, rtspPort, mediaServer });
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

async function startService(guest: Guest): Promise<ReadyLine> {
  const binary = realMediaServer() ?? 'simulator';
  guest.write('service.yml', stringify({ ...LAB_CONFIG, mediamtx: { ...LAB_CONFIG.mediamtx, binary } }));
  await guest.must(`mkdir -p ${DATA_FOLDER}`);
  // Read for the first time it is slow: the service has less patience with a program that does not tell its version.
  if (binary !== 'simulator') await guest.must(`${binary} --version`, COMMAND_LIMIT_MS);
  const command = `${process.execPath} ${compiled('main.ts')} --config /run/lab/service.yml --ready-line`;
  const pid = await guest.start(command, { out: 'service.out', err: 'service.log' });
  const line = await until(() => /^READY (.*)\n/m.exec(guest.read('service.out'))?.[1], {
    timeoutMs: START_LIMIT_MS,
    intervalMs: 100,
    what: () => `READY of the service (process ${pid}); so far: ${guest.read('service.log').slice(-3000)}`,
  });
  return JSON.parse(line) as ReadyLine;
}
