/** What the front desk needs to know, as plain values. Wiring fills it from the configuration. */
export interface ApiSettings {
  /** Address and port of the main listener; port 0 takes a free one. */
  readonly host: string;
  readonly port: number;
  /** Address and port of the probe listener (health alone); port 0 takes a free one. */
  readonly healthHost: string;
  readonly healthPort: number;
  /** Path of the WebSocket, with its leading slash. */
  readonly websocketPath: string;
  /** WebSocket clients at once; one more is refused with 503. */
  readonly maxConnections: number;
  /** Largest frame in bytes; a larger one closes with 1009. */
  readonly maxMessageBytes: number;
  /** Notifications kept for a client that is behind. */
  readonly clientQueueMessages: number;
  /** Host name in stream URLs; empty: the one the client used. */
  readonly publicHost: string;
  readonly rtspPort: number;
  readonly hlsPort: number;
  readonly webrtcPort: number;
  /** A stream started by call and without readers ends after this, in milliseconds. */
  readonly callCloseAfterMs: number;
  /** Whether inject_fault answers. */
  readonly faultInjection: boolean;
  /** Version of the service, and the day it was built (ISO 8601) or an empty text. */
  readonly version: string;
  readonly buildDate: string;
  /** Milliseconds between two pings of a client; one that misses a whole round is ended. Default 30000. */
  readonly pingIntervalMs?: number;
  /** Milliseconds that calls in flight get at the end, and after them the closing handshake. Default 1000 each. */
  readonly closeGraceMs?: number;
  /** Checks every result against its declaration; for tests, since it costs time on every call. */
  readonly checkResults?: boolean;
}
