/**
 * How long each camera's picture was wanted, and how much of that it was there. Pure: told of changes with their
 * monotonic instant, it counts the time between them, so nothing depends on when somebody looks.
 */

export interface CameraStanding {
  /** Somebody has a reason for the picture: a viewer, a recording, an order. */
  readonly wanted: boolean;
  /** It flows. */
  readonly live: boolean;
  /** Switched off by an operator: then nobody misses it. */
  readonly disabled: boolean;
}

export interface CameraTime {
  readonly camera: string;
  /** Wanted and there. */
  readonly liveMs: number;
  /** Wanted and not there; the time a start takes is part of it. */
  readonly missingMs: number;
}

interface Account {
  standing: CameraStanding;
  sinceMonoMs: number;
  liveMs: number;
  missingMs: number;
}

const NOTHING_KNOWN: CameraStanding = { wanted: false, live: false, disabled: false };

export class AvailabilityBook {
  readonly #accounts = new Map<string, Account>();

  /** What changed of a camera; the rest stays as it was. */
  changed(camera: string, change: Partial<CameraStanding>, monoMs: number): void {
    const account = this.#account(camera, monoMs);
    settle(account, monoMs);
    account.standing = { ...account.standing, ...change };
  }

  /** Its stream is no more. What was counted stays: counters never go back. */
  ended(camera: string, monoMs: number): void {
    this.changed(camera, NOTHING_KNOWN, monoMs);
  }

  /** Up to this instant, the time since the last change included. */
  times(monoMs: number): readonly CameraTime[] {
    return [...this.#accounts].map(([camera, account]) => {
      settle(account, monoMs);
      return { camera, liveMs: account.liveMs, missingMs: account.missingMs };
    });
  }

  #account(camera: string, monoMs: number): Account {
    const known = this.#accounts.get(camera);
    if (known !== undefined) return known;
    const opened = { standing: NOTHING_KNOWN, sinceMonoMs: monoMs, liveMs: 0, missingMs: 0 };
    this.#accounts.set(camera, opened);
    return opened;
  }
}

function settle(account: Account, monoMs: number): void {
  const { wanted, live, disabled } = account.standing;
  const elapsedMs = monoMs - account.sinceMonoMs;
  account.sinceMonoMs = monoMs;
  if (!wanted || disabled) return;
  if (live) account.liveMs += elapsedMs;
  else account.missingMs += elapsedMs;
}
