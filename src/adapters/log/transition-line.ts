/** One line for each step of an actor: read downwards, the log of one camera is its story. */
import type { Log } from './log.ts';

export interface TransitionFacts {
  /** Its place: `camera:camera0`, `stream:camera0`, `media-server`. */
  readonly actor: string;
  readonly machine: string;
  /** Type of the event that moved it. */
  readonly event: string;
  /** State paths, e.g. `live.flowing`. Equal ones write nothing. */
  readonly from: string;
  readonly to: string;
  /** Of the call that caused it, where one did. */
  readonly correlationId?: string | null | undefined;
  /** What is wrong there, one sentence. */
  readonly trouble?: string | null | undefined;
}

/** Writes the line at level info, and only when the state has changed. */
export function transitionLine(log: Log, facts: TransitionFacts): void {
  const { actor, machine, event, from, to, correlationId, trouble } = facts;
  if (from === to) return;
  const fields = {
    ...{ actor, machine, event, from, to },
    ...(correlationId == null ? {} : { correlation_id: correlationId }),
    ...(trouble == null ? {} : { trouble }),
  };
  log.info(fields, `${actor} ${from} -> ${to}`);
}
