/**
 * Which cameras share a USB controller, and what each takes of it: the rest of the sentence for a camera that gets no
 * bandwidth. A camera's actors do not know the others, so it is said where views are made. Pure.
 */
import type { Trouble } from '../machines/errors.ts';
import { rawMbps } from '../machines/plan-cost.ts';
import type { CameraId, CapturePlan } from '../machines/values.ts';

type Picture = Pick<CapturePlan, 'fourcc' | 'widthPx' | 'heightPx' | 'rateFps'>;

export interface BusUser {
  readonly device: CameraId;
  /** V4L2's bus_info: `usb-0000:00:14.0-1.2`. */
  readonly busInfo: string | null;
  /** udev's ID_PATH: `pci-0000:00:14.0-usb-0:1.2:1.0`. */
  readonly portPath: string | null;
  /** What it captures now, or wants to; null: nothing. */
  readonly picture: Picture | null;
}

/** `usb-` and the controller's own address; null for what is not on USB. */
export function usbController({ busInfo, portPath }: Pick<BusUser, 'busInfo' | 'portPath'>): string | null {
  const ofBus = /^(usb-.+)-[\d.]+$/.exec(busInfo ?? '')?.[1];
  // The innermost of the controllers that the path names is the one of USB.
  const ofPort = /^(?:.*-)?(?:pci|platform)-(.+?)-usb(?:v\d)?-\d+:/.exec(portPath ?? '')?.[1];
  return ofBus ?? (ofPort === undefined ? null : `usb-${ofPort}`);
}

/** The trouble with who else is on the bus, and what they use. @param others every camera but this one */
export function withNeighbours(trouble: Trouble, camera: BusUser, others: readonly BusUser[]): Trouble {
  const bus = usbController(camera);
  if (trouble.code !== 'no-bandwidth' || bus === null) return trouble;
  const neighbours = others.filter((other) => usbController(other) === bus);
  const busy = neighbours.some(({ picture }) => picture !== null);
  const wanted = camera.picture === null ? '' : ` (${inWords(camera.picture)})`;
  const uses = neighbours.map(({ device, picture }) =>
    picture === null ? `${device} takes nothing now` : `${device} takes ${inWords(picture)}`,
  );
  const rest =
    uses.length === 0
      ? `No other camera of this service is on its controller ${bus}.`
      : `On its controller ${bus}: ${uses.join('; ')}.`;
  return {
    ...trouble,
    message: `The USB bus has no bandwidth left for this camera${wanted}. ${rest}`,
    suggestion: busy
      ? 'Plug one of them into a port of another USB controller, or use a compressed format, a smaller picture or a lower rate.'
      : 'Use a port of another USB controller, a compressed format, a smaller picture or a lower rate.',
    facts: {
      bus,
      wanted: camera.picture === null ? null : inFigures(camera.picture),
      neighbours: neighbours.map(({ device, picture }) => ({
        device,
        uses: picture === null ? null : inFigures(picture),
      })),
    },
  };
}

function inWords(picture: Picture): string {
  const { fourcc, widthPx, heightPx, rateFps } = picture;
  const mbit = megabits(picture);
  const amount = mbit === null ? '' : `, about ${mbit} Mbit/s`;
  return `${fourcc} ${widthPx}x${heightPx} at ${rateFps} fps${amount}`;
}

function inFigures(picture: Picture) {
  const { fourcc, widthPx: width, heightPx: height, rateFps: rate } = picture;
  return { fourcc, width, height, rate, mbit_per_s: megabits(picture) };
}

/** Rounded; null for compressed pictures. */
function megabits(picture: Picture): number | null {
  const mbps = rawMbps(picture);
  return mbps === null ? null : Math.round(mbps);
}
