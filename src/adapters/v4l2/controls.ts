/**
 * A camera's controls through `v4l2-ctl`. Works beside a capture: the node is opened once more, nothing streams. Asks for
 * controls alone, never for all (`--all` reads much more over USB). Decides nothing, keeps nothing.
 */
import { CameraError } from '../../machines/errors.ts';
import type { CameraControls } from '../../machines/ports.ts';
import type { Control, ControlSetting, ControlTarget } from '../../machines/values.ts';
import { run } from '../process/program-run.ts';
import { troubleOfNode } from './node-trouble.ts';
import { parseControls, parseValues } from './parse-controls.ts';

export interface V4l2ControlsOptions {
  /** One run; then v4l2-ctl is killed. */
  readonly timeoutMs: number;
  /** Name or path of the program. */
  readonly v4l2Ctl?: string;
  /** Ours: tells a capture of this service from somebody else who holds the camera. */
  readonly dataId?: string;
}

export class V4l2Controls implements CameraControls {
  private readonly timeoutMs: number;
  private readonly v4l2Ctl: string;
  private readonly dataId: string | null;

  constructor(options: V4l2ControlsOptions) {
    this.timeoutMs = options.timeoutMs;
    this.v4l2Ctl = options.v4l2Ctl ?? 'v4l2-ctl';
    this.dataId = options.dataId ?? null;
  }

  /** @throws CameraError device-gone | no-permission | device-busy | probe-failed | deadline | missing-program | cancelled */
  async list(target: ControlTarget, signal: AbortSignal): Promise<readonly Control[]> {
    return parseControls(await this.ask(target, ['--list-ctrls-menus'], 'tell its controls', signal));
  }

  /** @throws CameraError as `list`; probe-failed (control_refused): the camera did not take it */
  async set(target: ControlTarget, { name, value }: ControlSetting, signal: AbortSignal): Promise<void> {
    await this.ask(target, ['--set-ctrl', `${name}=${value}`], `take ${value} for ${name}`, signal);
  }

  /** @throws CameraError as `list` */
  async read(
    target: ControlTarget,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly ControlSetting[]> {
    if (names.length === 0) return [];
    return parseValues(await this.ask(target, ['--get-ctrl', names.join(',')], 'tell its controls', signal));
  }

  private async ask(
    { devicePath }: ControlTarget,
    args: readonly string[],
    what: string,
    signal: AbortSignal,
  ): Promise<string> {
    const { exitCode, stdout, stderr } = await run(this.v4l2Ctl, ['-d', devicePath, ...args], {
      timeoutMs: this.timeoutMs,
      signal,
    });
    // Some failures are told and end with 0.
    if (exitCode === 0 && !/failed|[Ee]rror|unknown control/.test(stderr)) return stdout;
    const trouble = await troubleOfNode(devicePath, stderr, this.dataId);
    if (trouble.code !== 'probe-failed' || trouble.reason === 'node_unopenable') throw trouble;
    const word = /: ([A-Z][A-Za-z ]+)\s*$/.exec(stderr.trim())?.[1];
    throw new CameraError(
      'probe-failed',
      `The camera did not ${what}${word === undefined ? '' : `: ${word}`}.`,
      {
        reason: 'control_refused',
        suggestion: 'Look at get_camera_controls for what it takes now.',
      },
    );
  }
}
