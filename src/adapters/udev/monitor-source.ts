/**
 * Device source on `udevadm`: its monitor as a child process, its database for lists. Second choice: needs no
 * compiler, and a crash stays in the child. Without udevd it listens to the kernel itself, and what udev would
 * have known is then read from /sys.
 */
import type { DeviceSource } from '../../machines/ports.ts';
import type { DeviceChange, DeviceNode } from '../../machines/values.ts';
import { lines } from '../process/line-reader.ts';
import { run } from '../process/program-run.ts';
import { knowableNodeOf, missingFacts, type Properties, udevIsDone } from './device-node.ts';
import { isVideoNode } from './device-place.ts';
import { Sightings } from './sightings.ts';
import { listVideoNodes, readSysFacts } from './sysfs.ts';
import { monitorLines, type UdevEvent, udevRecords } from './udevadm-text.ts';
import { rejectAborted, UDEVD_CONTROL, udevdRuns } from './watching.ts';

export interface MonitorSourceOptions {
  /** Name or path of the program. */
  readonly udevadm?: string;
  /** A file that exists while udevd runs. */
  readonly udevdControl?: string;
}

/**
 * A service that is killed cannot end its monitor, and udevadm would notice only at the next event, perhaps in weeks.
 * The kernel ends it instead. Left out where setpriv is missing or another one (busybox).
 */
const ENDS_WITH_US = ['setpriv', '--pdeathsig', 'KILL', '--'];

const SYS_ROOT = '/sys';
const LIST_TIMEOUT_MS = 5000;

export class MonitorSource implements DeviceSource {
  private readonly udevadm: string;
  private readonly udevdControl: string;
  private readonly sightings = new Sightings();

  constructor(options: MonitorSourceOptions = {}) {
    this.udevadm = options.udevadm ?? 'udevadm';
    this.udevdControl = options.udevdControl ?? UDEVD_CONTROL;
  }

  /** @throws CameraError missing-program | internal, when udevadm ends by itself */
  async watch(
    handlers: { ready(kind: 'udevadm'): void; change(change: DeviceChange): void },
    signal: AbortSignal,
  ): Promise<void> {
    const whose = (await udevdRuns(this.udevdControl)) ? '--udev' : '--kernel';
    const tell = (change: DeviceChange) => {
      if (!signal.aborted) handlers.change(change);
    };
    let isReady = false;
    const ready = () => {
      isReady = true;
      handlers.ready('udevadm');
    };
    const command = [this.udevadm, 'monitor', whose, '--property', '--subsystem-match=video4linux'];
    for (const [program, ...args] of [[...ENDS_WITH_US, ...command], command] as [string, ...string[]][]) {
      const line = monitorLines({ ready, event: (event) => this.hear(event, tell) });
      try {
        return await lines(program, args, { line }, signal);
      } catch (error) {
        if (isReady || program === this.udevadm) throw error;
      }
    }
  }

  /** @throws CameraError missing-program | deadline | cancelled | internal */
  async list(signal: AbortSignal): Promise<readonly DeviceNode[]> {
    const listed = await this.sightings.listed(this.read(signal));
    rejectAborted(signal);
    return listed;
  }

  private async read(signal: AbortSignal): Promise<readonly DeviceNode[]> {
    const syspaths = (await listVideoNodes(SYS_ROOT)).map((entry) => entry.syspath);
    if (syspaths.length === 0) return [];
    // A non-zero exit code says that a device went meanwhile; the others are printed all the same.
    const { stdout } = await run(this.udevadm, ['info', ...syspaths], { timeoutMs: LIST_TIMEOUT_MS, signal });
    const records = new Map(
      udevRecords(stdout).map((record) => [SYS_ROOT + record.devpath, record.properties]),
    );
    const hasUdevd = await udevdRuns(this.udevdControl);
    const present = syspaths.filter((syspath) => {
      const properties = records.get(syspath);
      return properties !== undefined && (!hasUdevd || udevIsDone(properties));
    });
    const nodes = await Promise.all(present.map((syspath) => nodeOf(syspath, records.get(syspath)!)));
    return nodes.filter((node) => node !== null);
  }

  private hear({ action, devpath, properties }: UdevEvent, tell: (change: DeviceChange) => void): void {
    const syspath = SYS_ROOT + devpath;
    if (!isVideoNode(syspath)) return;
    if (action === 'remove') {
      this.sightings.removed(syspath, tell);
      return;
    }
    const kind = action === 'add' ? 'add' : 'change';
    void this.sightings.seen(kind, syspath, nodeOf(syspath, properties), tell);
  }
}

async function nodeOf(syspath: string, properties: Properties): Promise<DeviceNode | null> {
  const facts = await readSysFacts(syspath, SYS_ROOT, missingFacts(properties));
  return knowableNodeOf(syspath, properties, facts);
}
