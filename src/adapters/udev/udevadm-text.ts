/**
 * Reads what udevadm prints: the event blocks of `monitor --property` and the records of `info`. Pure.
 */
import type { Properties } from './device-node.ts';

/** One event as `udevadm monitor --property` prints it. */
export interface UdevEvent {
  /** `add`, `remove`, `change`, `bind`, ... */
  readonly action: string;
  /** Below /sys: `/devices/pci0000:00/...`. */
  readonly devpath: string;
  readonly properties: Properties;
}

/** One device of `udevadm info`. */
export interface UdevRecord {
  readonly devpath: string;
  readonly properties: Properties;
}

/**
 * Takes the monitor's lines one by one.
 * @param on `ready` when the banner has ended: from then on udevadm receives; `event` for each complete block
 */
export function monitorLines(on: { ready(): void; event(event: UdevEvent): void }): (line: string) => void {
  let bannerEnded = false;
  let block: Record<string, string> = {};
  return (line) => {
    if (line !== '') {
      const property = propertyOf(line);
      if (bannerEnded && property !== null) block[property[0]] = property[1];
      return;
    }
    if (!bannerEnded) {
      bannerEnded = true;
      on.ready();
      return;
    }
    const { ACTION: action, DEVPATH: devpath } = block;
    const properties = block;
    block = {};
    if (action !== undefined && devpath !== undefined) on.event({ action, devpath, properties });
  };
}

/** Records of `udevadm info DEVICE...` and of `udevadm info --export-db`: a `P:` line each, then `E:` lines. */
export function udevRecords(text: string): readonly UdevRecord[] {
  return text.split(/\n\s*\n/).flatMap((record) => {
    const properties: Record<string, string> = {};
    let devpath: string | undefined;
    for (const line of record.split('\n')) {
      if (line.startsWith('P: ')) devpath = line.slice(3);
      const property = line.startsWith('E: ') ? propertyOf(line.slice(3)) : null;
      if (property !== null) properties[property[0]] = property[1];
    }
    return devpath === undefined ? [] : [{ devpath, properties }];
  });
}

function propertyOf(line: string): readonly [string, string] | null {
  const found = /^([A-Za-z0-9_.]+)=(.*)$/.exec(line);
  return found === null ? null : [found[1]!, found[2]!];
}
