/** What the page gets, from the service or out of an exported file: the same forms, as the API declares them. */
import type { ExplanationForm } from '../../api/methods/explain.ts';
import type { ActorForm } from '../../api/methods/inspection.ts';
import type { ChartForm } from '../../api/shapes/chart-shape.ts';
import type { TraceRecordForm } from '../../api/shapes/trace-shape.ts';

export type ActorNow = ActorForm;
export type TraceRecord = TraceRecordForm;
export type ChartData = ChartForm;
export type Explanation = ExplanationForm;

/** Machine to its chart. */
export type Charts = Readonly<Record<string, ChartData>>;

/** The actors at one moment, told by the service itself and not put together from records. */
export interface Snapshot {
  readonly actors: readonly ActorNow[];
  /** Number of the newest record that is in it. */
  readonly lastSeq: number;
  /** When it was taken, by the wall clock of the service, epoch milliseconds. */
  readonly wallMs: number;
}
