/**
 * Which encoders of this host's hardware work: each one that could be there makes a few pictures, once in a life of the
 * service. What only calls itself an encoder is found out here and not by a camera.
 */
import { readdir, readFile } from 'node:fs/promises';
import type { HardwareEncoders } from '../../machines/ports.ts';
import type { CapturePlan, HardwareEncoder } from '../../machines/values.ts';
import { run } from '../process/program-run.ts';
import { type EncodingSettings, trialArguments } from './command.ts';

export interface EncoderOptions {
  readonly ffmpeg: string;
  readonly encoding: EncodingSettings;
  /** Of one trial; an encoder that takes longer is none. */
  readonly timeoutMs: number;
  /** Default: /dev/dri, /sys/class/video4linux. */
  readonly renderNodesFolder?: string;
  readonly videoNodesFolder?: string;
  readonly report: (encoder: HardwareEncoder, problem: string | null) => void;
}

/** A capture of no camera: small, so that a trial is short. */
const TRIAL: Omit<CapturePlan, 'encoder' | 'encoderDevicePath'> = {
  ...{ cameraId: 'trial', cameraName: '', origin: 'synthetic', devicePath: '', fourcc: 'YUYV' },
  ...{ widthPx: 320, heightPx: 240, rateFps: 10, tapFrom: 'all' },
};

export class TriedEncoders implements HardwareEncoders {
  readonly #options: EncoderOptions;
  #found: Promise<readonly HardwareEncoder[]> | null = null;

  constructor(options: EncoderOptions) {
    this.#options = options;
  }

  find(): Promise<readonly HardwareEncoder[]> {
    this.#found ??= this.#tryAll();
    return this.#found;
  }

  async #tryAll(): Promise<readonly HardwareEncoder[]> {
    const possible = [...(await this.#vaapi()), ...(await this.#memoryToMemory())];
    const working: HardwareEncoder[] = [];
    // One after the other: two trials on one chip could be in each other's way.
    for (const encoder of possible) {
      const problem = await this.#problemOf(encoder);
      this.#options.report(encoder, problem);
      // One of a kind is enough.
      if (problem === null && !working.some(({ name }) => name === encoder.name)) working.push(encoder);
    }
    return working;
  }

  async #vaapi(): Promise<HardwareEncoder[]> {
    const folder = this.#options.renderNodesFolder ?? '/dev/dri';
    const nodes = (await readdir(folder).catch(() => [])).filter((name) => /^renderD\d+$/.test(name));
    return nodes.sort().map((name) => ({ name: 'h264_vaapi', devicePath: `${folder}/${name}` }));
  }

  /** ffmpeg looks for the node itself; it is only tried where one of the video nodes is called a codec. */
  async #memoryToMemory(): Promise<HardwareEncoder[]> {
    const folder = this.#options.videoNodesFolder ?? '/sys/class/video4linux';
    const nodes = await readdir(folder).catch(() => []);
    const names = await Promise.all(
      nodes.map((node) => readFile(`${folder}/${node}/name`, 'utf8').catch(() => '')),
    );
    const codec = names.some((name) => /codec|enc|m2m/i.test(name));
    return codec ? [{ name: 'h264_v4l2m2m', devicePath: null }] : [];
  }

  /** null: it works. */
  async #problemOf({ name, devicePath }: HardwareEncoder): Promise<string | null> {
    const { ffmpeg, timeoutMs, encoding } = this.#options;
    const plan: CapturePlan = { ...TRIAL, encoder: name, encoderDevicePath: devicePath };
    try {
      const { exitCode, stderr } = await run(ffmpeg, trialArguments(plan, encoding), {
        timeoutMs,
        signal: new AbortController().signal,
      });
      return exitCode === 0 ? null : (stderr.trim().split('\n').at(-1) ?? `exit code ${exitCode}`);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
