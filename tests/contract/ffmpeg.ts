/** ffmpeg as publisher, reader and judge of files: always a real one, always small pictures. */
import { type ChildProcess, spawn } from 'node:child_process';
import { until } from '../support/until.ts';

/** Pictures per second of every publisher here; a keyframe comes once a second. */
export const RATE_FPS = 10;

const SOURCE = ['-re', '-f', 'lavfi', '-i', `testsrc2=size=320x240:rate=${RATE_FPS}`];
const ENCODER = `-c:v libx264 -preset ultrafast -tune zerolatency -profile:v baseline -pix_fmt yuv420p -g ${RATE_FPS} -b:v 300k`;
const FIFO =
  '-flags +global_header -f fifo -fifo_format rtsp -format_opts rtsp_transport=tcp -attempt_recovery 1 -recover_any_error 1 -max_recovery_attempts 0 -recovery_wait_time 0.2 -drop_pkts_on_overflow 1 -restart_with_keyframe 1 -queue_size 60';

export interface RunningFfmpeg {
  readonly child: ChildProcess;
  /** Its standard error so far. */
  readonly log: () => string;
  readonly output: Promise<Buffer>;
  readonly ended: Promise<number | null>;
  /** Ends it and waits. Repeatable. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts ffmpeg with these arguments. */
export function runFfmpeg(args: readonly string[]): RunningFfmpeg {
  const child = spawn('ffmpeg', ['-nostdin', '-y', '-loglevel', 'warning', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const chunks: Buffer[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    child,
    log: () => log,
    output: ended.then(() => Buffer.concat(chunks)),
    ended,
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      await ended;
    },
  };
}

/** A plain publisher: ends when the server drops it. */
export function publish(url: string): RunningFfmpeg {
  return runFfmpeg([...SOURCE, ...ENCODER.split(' '), '-f', 'rtsp', '-rtsp_transport', 'tcp', url]);
}

/** A publisher that comes back by itself, as the service's captures do. */
export function publishForEver(url: string): RunningFfmpeg {
  return runFfmpeg(foreverArguments(url));
}

/** What such a publisher is started with. */
export function foreverArguments(url: string): string[] {
  return [...SOURCE, '-map', '0:v', ...ENCODER.split(' '), ...FIFO.split(' '), url];
}

/** Reads a stream for a while into a file, or throws it away. Ends with code 0 when the time is over. */
export function read(url: string, durationS: number, file?: string): RunningFfmpeg {
  // What there is to know stands in the description: no need to look at seconds of pictures first.
  const input = ['-rtsp_transport', 'tcp', '-analyzeduration', '300000', '-i', url];
  const output = file === undefined ? ['-f', 'null', '-'] : [file];
  return runFfmpeg([...input, '-t', String(durationS), '-c', 'copy', ...output]);
}

export interface ProbedPacket {
  readonly dtsS: number;
  readonly durationS: number;
  readonly keyframe: boolean;
}

export interface ProbedFile {
  readonly durationS: number;
  readonly codec: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly packets: readonly ProbedPacket[];
  /** What a full decode complains about; "" is good. */
  readonly complaints: string;
}

/** What ffprobe says about a file and its packets, and whether every picture decodes. */
export async function probe(file: string): Promise<ProbedFile> {
  const child = spawn('ffprobe', [
    '-v',
    'error',
    '-of',
    'json',
    '-show_format',
    '-show_streams',
    '-show_packets',
    file,
  ]);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => child.once('close', resolve));
  const { format, streams, packets } = JSON.parse(Buffer.concat(chunks).toString());
  const decode = runFfmpeg(['-i', file, '-f', 'null', '-']);
  await decode.ended;
  return {
    durationS: Number(format.duration),
    codec: streams[0].codec_name,
    widthPx: streams[0].width,
    heightPx: streams[0].height,
    packets: packets.map((packet: Record<string, string>) => ({
      dtsS: Number(packet.dts_time),
      durationS: Number(packet.duration_time),
      keyframe: packet.flags?.startsWith('K') ?? false,
    })),
    complaints: decode.log(),
  };
}

/** Waits until ffmpeg has said something. */
export function says(process: RunningFfmpeg, text: RegExp, timeoutMs = 8000): Promise<boolean> {
  return until(() => text.test(process.log()), { timeoutMs, what: `ffmpeg to say ${text}` });
}
