/** The limits of the service under chaos: short, so that everything recovers within seconds, and what follows from them. */

export const CHAOS_CONFIG = {
  stream: {
    start_timeout_ms: 8000,
    demand_start_timeout_ms: 8000,
    demand_close_after_ms: 1000,
    bytes_limit_ms: 3000,
    frames_limit_ms: 4000,
    picture_limit_ms: 5000,
    suspect_limit_ms: 2000,
    republish_limit_ms: 6000,
    backoff_ms: 200,
    backoff_max_ms: 1000,
    attempts: 4,
    forget_ms: 5000,
    faulted_retry_ms: 3000,
    call_close_after_ms: 20_000,
    look_again_ms: 500,
  },
  mediamtx: {
    request_timeout_ms: 2000,
    launch_timeout_ms: 10_000,
    stop_timeout_ms: 1000,
    health_check_interval_ms: 500,
    health_failing_interval_ms: 250,
    health_open_ms: 800,
    health_open_max_ms: 2000,
    health_confirm_interval_ms: 150,
    restart_after_open_ms: 6000,
    restart_backoff_ms: 300,
    restart_backoff_max_ms: 1500,
    restart_forget_ms: 5000,
    compare_interval_ms: 3000,
  },
  camera: {
    probe_backoff_ms: 200,
    probe_backoff_max_ms: 1000,
    faulted_retry_ms: 3000,
  },
  recording: {
    ready_timeout_ms: 12_000,
    heartbeat_ms: 500,
    heartbeat_limit_ms: 4000,
    resume_ms: 8000,
    close_timeout_ms: 2000,
    file_retry_ms: 2000,
  },
  snapshot: { deadline_ms: 6000 },
  storage: { check_interval_ms: 300 },
} as const;

/** Two busy cores may hold up everything by so much. */
const SLACK_MS = 8000;

/**
 * Longest stay in a state of each machine, by the beginning of its path; the first that fits. What is not named may
 * last: it waits for somebody (idle, unavailable, live.flowing, rolling.growing ...).
 */
const STAYS: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  stream: [
    ['beginning', 0],
    ['adopting', 8000],
    ['provisioning', 8000],
    ['examining', 8000],
    ['starting.waiting', 12_000],
    ['live.suspect', 2000],
    // While the server is away, it may last.
    ['live.republishing.serverUp', 6000],
    ['live.lastLook', 4000],
    ['stopping', 2000],
    ['clearing', 2000],
    ['judging', 0],
    ['backoff', 1200],
    ['faulted', 3000],
    ['unplugging', 6000],
  ],
  recording: [
    ['pledging', 1000],
    ['salvaging', 5000],
    ['waitingForStream', 12_000],
    ['arming', 12_000],
    ['rolling.awaitingFile', 12_000],
    ['interrupted', 8000],
    ['stopping', 2000],
    ['finalising', 15_000],
    ['unfiled.waiting', 2000],
    ['unfiled.salvaging', 5000],
    ['unfiled.filing', 15_000],
    ['filed', 1000],
    ['failing', 1000],
  ],
  camera: [
    ['beginning', 0],
    ['expected', 8000],
    ['settling', 1000],
    ['probing', 5000],
    ['probeBackoff', 1000],
    ['faulted', 3000],
  ],
  snapshot: [['working', 6000]],
  service: [['working.starting', 20_000]],
};

/** null: for ever. */
export function longestStayMs(machine: string, state: string): number | null {
  const found = STAYS[machine]?.find(([beginning]) => state.startsWith(beginning));
  return found === undefined ? null : found[1] + SLACK_MS;
}

const { stream, mediamtx, recording } = CHAOS_CONFIG;

export const PATIENCE = {
  /** A stream that says it flows, although nothing comes any more. */
  flowingMs: stream.frames_limit_ms + 1000 + SLACK_MS / 2,
  /** A process that nobody should have any more, or one that is gone and still told. */
  processMs: 2000,
  /** SIGTERM to the end, SIGUSR2 to the end. */
  stopMs: 20_000 + SLACK_MS,
  handOverMs: SLACK_MS,
  /** From calm to rest: the slowest way is a hung server, ended and launched again, then an interrupted recording. */
  restMs:
    mediamtx.restart_after_open_ms +
    mediamtx.launch_timeout_ms +
    recording.resume_ms +
    stream.start_timeout_ms +
    SLACK_MS,
} as const;
