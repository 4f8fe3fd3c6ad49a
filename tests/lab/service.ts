/** Starts the service in the guest: the one of all tests at the boot, and further ones beside it. */
import { stringify } from 'yaml';
import { compiled } from '../support/build.ts';
import { realMediaServer } from '../support/media-server.ts';
import type { ReadyLine } from '../support/service.ts';
import { until } from '../support/until.ts';
import { GUEST_SHARE, type Guest } from './guest.ts';
import type { LAB_CONFIG } from './settings.ts';

/** How a service in the guest is reached from the host. */
export interface ServiceAddress {
  readonly apiKey: string;
  /** Ports of the host's loopback address. */
  readonly apiPort: number;
  readonly rtspPort: number;
  /** As the service names it, e.g. `simulator 1.20.1`. */
  readonly mediaServer: string;
  /** Its log, a file of the share. */
  readonly log: string;
}

export interface ServiceStart {
  /** Its files in the share begin with it. */
  readonly name: string;
  readonly config: typeof LAB_CONFIG;
  /** What stands before the command, e.g. another user. */
  readonly as?: string;
}

const START_LIMIT_MS = 600_000;
const COMMAND_LIMIT_MS = 300_000;

/** Resolves when it is ready. @throws Error with its last words when it ends before */
export async function startService(
  guest: Guest,
  { name, config, as = '' }: ServiceStart,
): Promise<Pick<ServiceAddress, 'apiKey' | 'mediaServer' | 'log'> & { readonly pid: number }> {
  const binary = realMediaServer() ?? 'simulator';
  guest.write(`${name}.yml`, stringify({ ...config, mediamtx: { ...config.mediamtx, binary } }));
  // Read for the first time it is slow: the service has less patience with a program that does not tell its version.
  if (binary !== 'simulator') await guest.must(`${binary} --version`, COMMAND_LIMIT_MS);
  const command = `${as} ${process.execPath} ${compiled('main.ts')}`;
  const options = `--config ${GUEST_SHARE}/${name}.yml --ready-line`;
  const log = `${name}.log`;
  await guest.start(`sh -c '${command} ${options}; echo ENDED $?'`, { out: `${name}.out`, err: log });
  const line = await until(() => /^(READY|ENDED) .*\n/m.exec(guest.read(`${name}.out`))?.[0], {
    timeoutMs: START_LIMIT_MS,
    intervalMs: 100,
    what: () => `READY of the service; so far: ${guest.read(log).slice(-3000)}`,
  });
  if (line.startsWith('ENDED')) throw new Error(`The service ended: ${guest.read(log).slice(-3000)}`);
  const ready = JSON.parse(line.replace('READY ', '')) as ReadyLine;
  return { apiKey: ready.api_key, mediaServer: ready.media_server, log, pid: ready.pid };
}
