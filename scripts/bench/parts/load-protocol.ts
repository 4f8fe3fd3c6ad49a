/** What the load client, a process of its own, is told and says: one JSON line each way. */

export interface LoadOrder {
  readonly port: number;
  /** Path of the upgrade, e.g. `/ws`. */
  readonly path: string;
  /** Sent once on each connection and answered before the load begins; null: nothing. */
  readonly login: string | null;
  /** The call that is sent again and again, each time when its answer is there. */
  readonly call: string;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export interface LoadReport {
  readonly callsPerS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How busy the client itself was, 0 to 1: near 1 it was the limit. */
  readonly clientBusy: number;
}
