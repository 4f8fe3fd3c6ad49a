/** File names of snapshots: which wished ones are accepted, and the one a snapshot gets by itself. */
import { CameraError } from '../../machines/errors.ts';
import type { CameraId, SnapshotRequest } from '../../machines/values.ts';

const MAX_NAME_BYTES = 255;
const EXTENSIONS: Readonly<Record<SnapshotRequest['format'], readonly string[]>> = {
  jpg: ['.jpg', '.jpeg'],
  png: ['.png'],
};

/**
 * The wished name with its extension, which is added where it is missing.
 * @throws CameraError bad-params, reason bad_filename, facts `{param, rule}`
 */
export function wishedSnapshotName(wished: string, format: SnapshotRequest['format']): string {
  const lower = wished.toLowerCase();
  const other = Object.values(EXTENSIONS)
    .flat()
    .filter((extension) => !EXTENSIONS[format].includes(extension));
  const bears = EXTENSIONS[format].some((extension) => lower.endsWith(extension));
  const name = bears ? wished : `${wished}.${format}`;
  const rules: readonly (readonly [broken: boolean, rule: string])[] = [
    [wished === '' || (bears && lower.startsWith('.')), 'must not be empty'],
    [/[/\\]/.test(wished), 'must not contain / or \\'],
    [wished.includes('..'), 'must not contain ..'],
    [wished.startsWith('.'), 'must not begin with a dot'],
    [/\p{Cc}/u.test(wished), 'must not contain control characters'],
    [
      Buffer.byteLength(name) > MAX_NAME_BYTES,
      `must not be longer than ${MAX_NAME_BYTES} bytes with its extension`,
    ],
    [other.some((extension) => lower.endsWith(extension)), `must not bear another extension than .${format}`],
  ];
  const rule = rules.find(([broken]) => broken)?.[1];
  if (rule === undefined) return name;
  throw new CameraError('bad-params', `The file name ${rule}`, {
    reason: 'bad_filename',
    facts: { param: 'filename', rule },
  });
}

/** `camera0_snapshot_2026-11-23_04-28-13-123.jpg`, time in UTC. @param count from 1; from 2 on it stands in the name */
export function defaultSnapshotName(
  cameraId: CameraId,
  atMs: number,
  format: SnapshotRequest['format'],
  count = 1,
): string {
  const stamp = new Date(atMs).toISOString().slice(0, -1).replace('T', '_').replace(/[:.]/g, '-');
  return `${cameraId}_snapshot_${stamp}${count === 1 ? '' : `-${count}`}.${format}`;
}

/** What a default name tells; null for every other name. */
export function readSnapshotName(
  name: string,
): { readonly cameraId: CameraId; readonly takenAtMs: number } | null {
  const found =
    /^([A-Za-z0-9]+)_snapshot_(\d{4}-\d\d-\d\d)_(\d\d)-(\d\d)-(\d\d)-(\d{3})(?:-\d+)?\.(?:jpg|png)$/.exec(
      name,
    );
  if (!found) return null;
  const [, cameraId = '', day, hour, minute, second, fraction] = found;
  const takenAtMs = Date.parse(`${day}T${hour}:${minute}:${second}.${fraction}Z`);
  return Number.isNaN(takenAtMs) ? null : { cameraId, takenAtMs };
}
