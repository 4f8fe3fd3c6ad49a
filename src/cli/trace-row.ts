/** What camctl reads of a record. */

/** A record of get_actor_trace, as far as it is shown. */
export interface TraceRow {
  readonly seq: number;
  readonly kind: string;
  readonly time: string;
  readonly actor: string;
  readonly machine: string;
  readonly event: string;
  readonly payload: string | null;
  readonly from: string;
  readonly to: string;
  readonly cause: number | null;
  readonly delays: readonly { readonly name: string; readonly duration_ms: number }[];
  readonly trouble: string | null;
  readonly ended: string | null;
  readonly life: { readonly pid: number; readonly version: string } | null;
}
