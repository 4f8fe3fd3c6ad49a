/** What the figures were measured on: without it they mean nothing. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { type MediaServerKind, realMediaServer } from '../../tests/support/media-server.ts';

export interface Host {
  /** UTC, ISO 8601. */
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  readonly ffmpeg: string;
  /** `MediaMTX v1.20.1` or `simulator`. */
  readonly mediaServer: string;
}

/** Asks the programs for their versions. @throws Error when one does not answer */
export function describeHost(server: MediaServerKind): Host {
  const [first] = cpus();
  return {
    date: new Date().toISOString(),
    processor: first?.model.trim() ?? 'unknown processor',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${distribution()}, Linux ${release()}`,
    node: process.version,
    ffmpeg: /^ffmpeg version (\S+)/.exec(firstLine('ffmpeg', '-version'))?.[1] ?? 'unknown',
    mediaServer:
      server === 'simulator' ? 'simulator' : `MediaMTX ${firstLine(realMediaServer() ?? '', '--version')}`,
  };
}

/** One line for the head of the table. */
export function hostText(host: Host): string {
  const { date, processor, cores, memoryGb, system, node, ffmpeg, mediaServer } = host;
  const machine = `${processor}, ${cores} cores, ${memoryGb} GB, ${system}`;
  return `${date.slice(0, 16).replace('T', ' ')} UTC · ${machine} · Node.js ${node} · ffmpeg ${ffmpeg} · ${mediaServer}`;
}

/** The one-minute load average. */
export function loadNow(): number {
  return loadavg()[0] ?? 0;
}

function firstLine(program: string, argument: string): string {
  return execFileSync(program, [argument], { encoding: 'utf8' }).split('\n')[0]?.trim() ?? '';
}

function distribution(): string {
  return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux';
}
