/**
 * The host's clocks. Monotonic time is CLOCK_MONOTONIC: it counts from boot, is the same for every process of the
 * host, and does not move when somebody sets the wall clock. It stands still while the host is suspended.
 */
import type { Clock } from '../../machines/ports.ts';

const NS_PER_MS = 1e6;

/** performance.now() counts from the start of this process, which would mean nothing to the next one. */
const ORIGIN_MS = Number(process.hrtime.bigint()) / NS_PER_MS - performance.now();

export const systemClock: Clock = {
  monoMs: () => ORIGIN_MS + performance.now(),
  wallMs: () => Date.now(),
};
