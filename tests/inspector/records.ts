/** Records and charts for the inspector's tests, in the form in which they are sent. */
import { readAllMachines } from '../../scripts/charts/machines.ts';
import { chartForm } from '../../src/api/shapes/chart-shape.ts';
import type { ActorNow, Charts, TraceRecord } from '../../src/inspector/model/wire.ts';

const STARTED_MS = Date.parse('2026-11-23T04:28:00.000Z');

/** A step of stream:camera0 one second after the one before, and what the test says of it. */
export function record(facts: Partial<TraceRecord> & { readonly seq: number }): TraceRecord {
  const monoMs = facts.mono_ms ?? facts.seq * 1000;
  return {
    ...{ kind: 'step', time: new Date(STARTED_MS + monoMs).toISOString(), mono_ms: monoMs },
    ...{ actor: 'stream:camera0', machine: 'stream', event: 'path.observed', payload: null },
    ...{ from: 'idle', to: 'idle', states: ['stream.idle'], source: null, cause: null, actions: [] },
    ...{ delays: [], correlation_id: null, trouble: null, ended: null, life: null },
    ...facts,
  };
}

/** A start of the service. */
export function life(seq: number, bootId = 'boot 1', facts: Partial<TraceRecord> = {}): TraceRecord {
  return record({
    ...{ seq, kind: 'life', actor: 'service', machine: 'service', event: 'life.begun', from: '', to: '' },
    ...{ states: [], life: { pid: 1, version: '1.0.0', boot_id: bootId } },
    ...facts,
  });
}

export function actorNow(facts: Partial<ActorNow>): ActorNow {
  return {
    ...{ actor: 'stream:camera0', machine: 'stream', parent: 'camera:camera0', state: 'idle' },
    ...{ states: ['stream.idle'], since: new Date(STARTED_MS).toISOString(), timers: [], facts: {} },
    ...facts,
  };
}

/** The charts of all real machines, as get_statechart answers. */
export async function realCharts(): Promise<Charts> {
  const charts = await readAllMachines();
  return Object.fromEntries(charts.map((chart) => [chart.name, chartForm(chart)]));
}
