/** What is asked of the process runner and what it answers: plain values. */
import type { ProcessIdentity } from '../../machines/values.ts';
import type { LedgerEntry } from './ledger.ts';

export interface SpawnRequest {
  /** What it does: `capture`, `media-server`. Letters, digits and . _ - only, as `owner` and `nonce`. */
  readonly role: string;
  /** For whom: a camera's id, or the role again where there is one only. */
  readonly owner: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly logLimitBytes: number;
  /** Default: random. */
  readonly nonce?: string;
  /** Kept in the ledger, so that a later life knows what this process is for. Plain data, no secrets. */
  readonly about?: Readonly<Record<string, unknown>>;
  /** Variables beside those that every process gets. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Values that must not stand in the ledger's command. */
  readonly secrets?: readonly string[];
}

/** How a process ended; both null where it was not our child. */
export interface ProcessExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A living process that bears our mark. */
export interface FoundProcess extends ProcessIdentity {
  readonly role: string;
  readonly owner: string;
  readonly nonce: string;
  readonly groupId: number;
  /** The process that was spawned, not one of its children (they inherit the mark). */
  readonly isMain: boolean;
  /** null where the ledger does not know it. */
  readonly entry: LedgerEntry | null;
}

/** One spawn, or everything of these roles for one owner. */
export type StopTarget = ProcessIdentity | { readonly roles: readonly string[]; readonly owner: string };

export interface StopOptions {
  readonly politeSignal: NodeJS.Signals;
  /** From the polite signal to SIGKILL; default the runner's `killAfterMs`. */
  readonly deadlineMs?: number;
}
