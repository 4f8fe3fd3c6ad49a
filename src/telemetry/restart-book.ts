/**
 * What counts as a start and as a restart, of captures and of a managed media server, read off the states that are
 * passed. Pure. A restart is a start that follows a failure or an unplug, never one that follows a rest.
 */

/** One step of an actor, in state paths of one region. */
export interface Step {
  readonly from: string;
  readonly to: string;
}

const enters = ({ from, to }: Step, state: string) =>
  within(to, state) && (from === '' || !within(from, state));
const within = (path: string, state: string) => path === state || path.startsWith(`${state}.`);

export interface CaptureTally {
  started(camera: string): void;
  restarted(camera: string): void;
  failed(camera: string): void;
}

export class CaptureBook {
  readonly #tally: CaptureTally;
  /** Cameras whose last capture ended without anybody wanting it to. */
  readonly #broken = new Set<string>();

  constructor(tally: CaptureTally) {
    this.#tally = tally;
  }

  stepped(camera: string, step: Step): void {
    if (enters(step, 'clearing')) {
      this.#broken.add(camera);
      this.#tally.failed(camera);
    }
    // Only what ran is missed: a camera unplugged at rest has no capture to bring back.
    if (enters(step, 'unplugging') && (within(step.from, 'live') || within(step.from, 'starting')))
      this.#broken.add(camera);
    if (enters(step, 'stopping') || enters(step, 'released')) this.#broken.delete(camera);
    if (!enters(step, 'starting')) return;
    this.#tally.started(camera);
    if (this.#broken.delete(camera)) this.#tally.restarted(camera);
  }
}

/** The media server was launched again: not for the first time, and not because of an order. */
export function serverRestarted(step: Step): boolean {
  const again = step.from === 'process.launching.answering' && step.to === 'process.launching.spawning';
  const before = ['process.running', 'process.ending', 'process.restartBackoff'];
  return again || (enters(step, 'process.launching') && before.some((state) => within(step.from, state)));
}
