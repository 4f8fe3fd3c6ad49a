/** Somebody beside our capture who publishes on a camera's path, and the sentence that says so. Pure. */
import type { Trouble } from './errors.ts';
import type { CameraId, PathPublisher, ProcessIdentity } from './values.ts';

export type Rival =
  /** A second capture with our own mark. */
  | { readonly what: 'capture'; readonly process: ProcessIdentity }
  /** A connection of somebody else. */
  | { readonly what: 'publisher'; readonly publisher: PathPublisher };

/** What a stream says of its rivals. @param rivals one at least */
export function rivalTrouble(cameraId: CameraId, rivals: readonly Rival[]): Trouble {
  const foreign = rivals.flatMap((rival) => (rival.what === 'publisher' ? [rival.publisher] : []));
  if (foreign.length > 0) {
    return {
      code: 'capture-failed',
      reason: 'foreign_publisher',
      message: `Somebody else publishes on ${cameraId}: ${foreign.map(nameOf).join(', ')}. The connection is cut whenever it is found; end it where it runs.`,
    };
  }
  const pids = rivals.flatMap((rival) => (rival.what === 'capture' ? [`process ${rival.process.pid}`] : []));
  return {
    code: 'capture-failed',
    reason: 'foreign_publisher',
    message: `A second capture with this service’s mark published on ${cameraId}: ${pids.join(', ')}. It is ended.`,
  };
}

function nameOf({ protocol, remoteAddress, process }: PathPublisher): string {
  const place = remoteAddress === '' ? 'an unknown place' : remoteAddress;
  if (process === null) return `${protocol} from ${place}`;
  return `process ${process.pid} (${process.command}) on this host, by ${protocol}`;
}
