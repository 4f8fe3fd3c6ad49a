/**
 * Reads the driver's own words out of `v4l2-ctl --info` (and `--all`), v4l-utils 1.22 and newer. Pure.
 */

/** What VIDIOC_QUERYCAP says of one node. */
export interface NodeInfo {
  readonly card: string;
  readonly driver: string;
  readonly busInfo: string;
  /** `Video Capture`, `Metadata Capture`, `Streaming`, ...: what this node does, not its whole device. */
  readonly deviceCaps: readonly string[];
}

/** null where the text holds no driver information. */
export function parseInfo(text: string): NodeInfo | null {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith('Driver Info'));
  if (start < 0) return null;
  const values = new Map<string, string>();
  const words = new Map<string, string[]>();
  let key = '';
  for (const line of lines.slice(start + 1)) {
    // A media controller's section follows with the same keys.
    if (!line.startsWith('\t')) break;
    const entry = /^\t([A-Za-z ]+?) *:(?: (.*))?$/.exec(line);
    if (entry !== null) {
      key = entry[1]!;
      values.set(key, (entry[2] ?? '').trim());
    } else if (line.startsWith('\t\t')) {
      words.set(key, [...(words.get(key) ?? []), line.trim()]);
    }
  }
  return {
    card: values.get('Card type') ?? '',
    driver: values.get('Driver name') ?? '',
    busInfo: values.get('Bus info') ?? '',
    // Drivers older than kernel 3.4 know only the device's capabilities.
    deviceCaps: words.get(values.has('Device Caps') ? 'Device Caps' : 'Capabilities') ?? [],
  };
}

/** Whether pictures can be read from the node. Codecs say `Video Memory-to-Memory`, metadata nodes neither. */
export function isCaptureNode(info: NodeInfo): boolean {
  return info.deviceCaps.some((word) => word === 'Video Capture' || word === 'Video Capture Multiplanar');
}
