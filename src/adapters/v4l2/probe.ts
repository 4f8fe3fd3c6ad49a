/**
 * Asks V4L2 devices what they can do, through `v4l2-ctl`. Never streams and never sets anything, so it works while
 * a capture runs. `--all` is left out: it reads every control over USB, which some cameras answer by hanging.
 */
import { CameraError } from '../../machines/errors.ts';
import type { CameraProbe } from '../../machines/ports.ts';
import type { Device, DeviceNode, ProbeResult } from '../../machines/values.ts';
import { run } from '../process/program-run.ts';
import { troubleOfNode } from './node-trouble.ts';
import { parseFormats } from './parse-formats.ts';
import { isCaptureNode, parseInfo } from './parse-info.ts';

export interface V4l2ProbeOptions {
  /** For one node; then v4l2-ctl is killed. */
  readonly timeoutMs: number;
  /** Name or path of the program. */
  readonly v4l2Ctl?: string;
  /** This service's own: its captures are called ours where they hold a camera. */
  readonly dataId?: string;
}

export class V4l2Probe implements CameraProbe {
  private readonly timeoutMs: number;
  private readonly v4l2Ctl: string;
  private readonly dataId: string | null;

  constructor(options: V4l2ProbeOptions) {
    this.timeoutMs = options.timeoutMs;
    this.v4l2Ctl = options.v4l2Ctl ?? 'v4l2-ctl';
    this.dataId = options.dataId ?? null;
  }

  /**
   * The first node, in the device's order, that captures video and lists a format. Repeatable.
   * @throws CameraError device-gone | no-permission | device-busy | probe-failed | deadline | missing-program | cancelled
   */
  async probe(device: Device, signal: AbortSignal): Promise<ProbeResult> {
    const troubles: CameraError[] = [];
    for (const node of device.nodes) {
      try {
        const result = await this.probeNode(node, signal);
        if (result !== null) return result;
      } catch (error) {
        if (!(error instanceof CameraError) || ENDS_PROBE.has(error.code)) throw error;
        troubles.push(error);
      }
    }
    // A node that could not be asked may be the one that captures: what kept us from it says more than its absence.
    throw troubles[0] ?? noCaptureNode();
  }

  /** null: the node answers and is none that captures. */
  private async probeNode(node: DeviceNode, signal: AbortSignal): Promise<ProbeResult | null> {
    const { devicePath } = node;
    const args = ['-d', devicePath, '--info', '--list-formats-ext'];
    const { exitCode, stdout, stderr } = await run(this.v4l2Ctl, args, { timeoutMs: this.timeoutMs, signal });
    const info = parseInfo(stdout);
    if (exitCode !== 0 || info === null) throw await troubleOfNode(devicePath, stderr, this.dataId);
    if (!isCaptureNode(info)) return null;
    const formats = parseFormats(stdout).flatMap(({ emulated, ...format }) =>
      emulated ? [] : [{ devicePath, ...format }],
    );
    return formats.length === 0 ? null : { devicePath, capabilities: { ...info, formats } };
  }
}

/** Asking the next node would not help. */
const ENDS_PROBE: ReadonlySet<string> = new Set(['missing-program', 'cancelled', 'internal']);

function noCaptureNode(): CameraError {
  return new CameraError('probe-failed', 'The device has no node that captures video and lists a format.', {
    reason: 'no_capture_node',
  });
}
