/** What is read from a service page by page, or machine by machine. */
import type { ActorNow, ChartData, Charts, TraceRecord } from '../model/wire.ts';
import { type RpcSocket, ServiceError } from './socket.ts';

export const PAGE = 1000;

export interface TracePage {
  readonly records: readonly TraceRecord[];
  readonly first_seq: number;
  readonly last_seq: number;
  readonly more: boolean;
}

/** Records before `seq`, from the first after `since` on. @throws ServiceError, or Error when the connection ends */
export async function olderThan(
  socket: RpcSocket,
  seq: number,
  since: number,
): Promise<readonly TraceRecord[]> {
  const older: TraceRecord[] = [];
  let after = since;
  while (after < seq - 1) {
    const { result } = await socket.call<TracePage>('get_actor_trace', { since_seq: after, limit: PAGE });
    const wanted = result.records.filter((record) => record.seq < seq);
    older.push(...wanted);
    if (wanted.length < result.records.length || wanted.length === 0) break;
    after = wanted.at(-1)!.seq;
  }
  return older;
}

/** The charts of all machines that are named and not known yet. */
export async function chartsOf(
  socket: RpcSocket,
  actors: readonly ActorNow[],
  records: readonly TraceRecord[],
  known: Charts = {},
): Promise<Charts> {
  const machines = [...new Set([...actors, ...records].map(({ machine }) => machine))];
  const charts: Record<string, ChartData> = {};
  await Promise.all(
    machines
      .filter((machine) => known[machine] === undefined)
      .map(async (machine) => {
        // A machine of an earlier version may be unknown by now: its actors are shown without a chart.
        const answer = await socket.call<ChartData>('get_statechart', { machine }).catch((error) => {
          if (error instanceof ServiceError && error.reason === 'machine_unknown') return null;
          throw error;
        });
        if (answer !== null) charts[machine] = answer.result;
      }),
  );
  return charts;
}
