/** Records of the flight recorder for tests that look at nothing but a field or two. */
import type { TraceRecord } from '../../src/api/trace-view.ts';

export function traceRecord(facts: Partial<TraceRecord>): TraceRecord {
  return {
    ...{ seq: 1, kind: 'step', atMs: 1_763_872_080_000, monoMs: 5000.25, actor: 'stream:camera0' },
    ...{ machine: 'stream', event: 'path.observed', payload: null, from: 'idle', to: 'starting' },
    ...{ states: ['stream.starting'], source: null, cause: null, actions: [], delays: [] },
    ...{ correlationId: null, trouble: null, ended: null, life: null },
    ...facts,
  };
}
