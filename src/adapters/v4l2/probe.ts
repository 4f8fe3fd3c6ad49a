/**
 * Asks V4L2 devices what they can do, through `v4l2-ctl`. Never streams and never sets anything, so it works while
 * a capture runs. `--all` is left out: it reads every control over USB, which some cameras answer by hanging.
 */
import { CameraError } from '../../machines/errors.ts';
import type { CameraProbe } from '../../machines/ports.ts';
import type { Device, DeviceNode, PixelFormat, ProbeResult } from '../../machines/values.ts';
import { run } from '../process/program-run.ts';
import { encoderKnobs, mayHaveEncoderControls } from './encoder-knobs.ts';
import { troubleOfNode } from './node-trouble.ts';
import { parseFormats } from './parse-formats.ts';
import { isCaptureNode, type NodeInfo, parseInfo } from './parse-info.ts';

export interface V4l2ProbeOptions {
  /** For one device with all its nodes; what still runs then is killed. */
  readonly timeoutMs: number;
  /** Name or path of the program. */
  readonly v4l2Ctl?: string;
  /** This service's own: its captures are called ours where they hold a camera. */
  readonly dataId?: string;
}

/**
 * Nodes are asked at the same time and each gets this share of the time, so that one that hangs neither hides the
 * others nor outlasts the machine's patience; the rest is for the encoder's controls.
 */
const SHARE_FOR_FORMATS = 0.6;
const SHARE_FOR_CONTROLS = 0.3;

/** What one node that captures says of itself. */
interface Answer {
  readonly devicePath: string;
  readonly info: NodeInfo;
  readonly formats: readonly PixelFormat[];
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
   * The formats of all nodes that capture video and list one, each with its node. Repeatable.
   * @throws CameraError device-gone | no-permission | device-busy | probe-failed | deadline | missing-program | cancelled
   */
  async probe(device: Device, signal: AbortSignal): Promise<ProbeResult> {
    const asked = await Promise.allSettled(device.nodes.map((node) => this.probeNode(node, signal)));
    const troubles = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    const fatal = troubles.find((error) => !(error instanceof CameraError) || ENDS_PROBE.has(error.code));
    if (fatal !== undefined) throw fatal;
    const answers = asked.flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : []));
    const [first] = answers;
    // A node that could not be asked may be the one that captures: what kept us from it says more than its absence.
    if (first === undefined) throw troubles[0] ?? noCaptureNode();
    const formats = await Promise.all(answers.map((answer) => this.withEncoder(answer, signal)));
    return { devicePath: first.devicePath, capabilities: { ...first.info, formats: onePerFourcc(formats) } };
  }

  /** null: the node answers and is none that captures. */
  private async probeNode({ devicePath }: DeviceNode, signal: AbortSignal): Promise<Answer | null> {
    const timeoutMs = this.timeoutMs * SHARE_FOR_FORMATS;
    const args = ['-d', devicePath, '--info', '--list-formats-ext'];
    const { exitCode, stdout, stderr } = await run(this.v4l2Ctl, args, { timeoutMs, signal });
    const info = parseInfo(stdout);
    if (exitCode !== 0 || info === null) throw await troubleOfNode(devicePath, stderr, this.dataId);
    if (!isCaptureNode(info)) return null;
    const formats = parseFormats(stdout).flatMap(({ emulated, ...format }) =>
      emulated ? [] : [{ devicePath, ...format }],
    );
    return formats.length === 0 ? null : { devicePath, info, formats };
  }

  /** What can be set of a built-in encoder. One that does not tell is one that cannot be set. */
  private async withEncoder(answer: Answer, signal: AbortSignal): Promise<readonly PixelFormat[]> {
    if (!answer.formats.some(isEncoded)) return answer.formats;
    const encoder = await this.encoderOf(answer, signal);
    return answer.formats.map((format) => (isEncoded(format) ? { ...format, encoder } : format));
  }

  private async encoderOf({ devicePath, info }: Answer, signal: AbortSignal) {
    if (!mayHaveEncoderControls(info.driver)) return encoderKnobs('');
    const timeoutMs = this.timeoutMs * SHARE_FOR_CONTROLS;
    try {
      const args = ['-d', devicePath, '--list-ctrls'];
      return encoderKnobs((await run(this.v4l2Ctl, args, { timeoutMs, signal })).stdout);
    } catch (error) {
      if (signal.aborted) throw error;
      return encoderKnobs('');
    }
  }
}

/** Asking another node would not help. */
const ENDS_PROBE: ReadonlySet<string> = new Set(['missing-program', 'cancelled', 'internal']);

function isEncoded({ fourcc }: PixelFormat): boolean {
  return fourcc === 'H264';
}

/** What two nodes both give is taken from the first; a node may list one format twice, for two sources. */
function onePerFourcc(nodes: readonly (readonly PixelFormat[])[]): readonly PixelFormat[] {
  const formats: PixelFormat[] = [];
  for (const ofNode of nodes) {
    const known = new Set(formats.map(({ fourcc }) => fourcc));
    formats.push(...ofNode.filter(({ fourcc }) => !known.has(fourcc)));
  }
  return formats;
}

function noCaptureNode(): CameraError {
  return new CameraError('probe-failed', 'The device has no node that captures video and lists a format.', {
    reason: 'no_capture_node',
  });
}
