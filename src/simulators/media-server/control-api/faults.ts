/**
 * The fault door, for tests only: `POST /sim/faults {mode, delayMs?}` makes the Control API misbehave until
 * the next call. It exists only with `CAMERA_SIMULATOR_FAULTS=1` and is itself never faulty.
 */
import { isObject, type Json, Refusal } from '../config/values.ts';

const MODES = [
  'ok',
  /** Every answer comes after `delayMs`. */
  'slow',
  'status401',
  'status500',
  /** 200 with a web page. */
  'html',
  /** The head promises a body of which half comes. */
  'half',
  /** No answer, the connection stays open. */
  'hang',
  /** `/v3/info` tells another version. */
  'wrong_version',
  /** Every second call is answered 500. */
  'flap',
  /** Writes are applied, and answered, after `delayMs`; newer calls overtake them. */
  'late_write',
] as const;

export type FaultMode = (typeof MODES)[number];

const DEFAULT_DELAY_MS = 5000;

export class Faults {
  readonly enabled = process.env.CAMERA_SIMULATOR_FAULTS === '1';
  mode: FaultMode = 'ok';
  delayMs = DEFAULT_DELAY_MS;
  #calls = 0;

  /** What the door shows. */
  get item(): Json {
    return { mode: this.mode, delayMs: this.delayMs };
  }

  /** @throws Refusal for an unknown mode or a delay that is no number of milliseconds */
  set(body: Json): void {
    const order = isObject(body) ? body : {};
    const mode = MODES.find((known) => known === order.mode);
    const delayMs = order.delayMs ?? DEFAULT_DELAY_MS;
    if (mode === undefined) throw new Refusal(`mode must be one of ${MODES.join(', ')}`);
    if (typeof delayMs !== 'number' || !(delayMs >= 0))
      throw new Refusal('delayMs must be a number, 0 or more');
    this.mode = mode;
    this.delayMs = delayMs;
    this.#calls = 0;
  }

  /** Counts a call; true for every second one. */
  flaps(): boolean {
    this.#calls++;
    return this.#calls % 2 === 0;
  }
}
