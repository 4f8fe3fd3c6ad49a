/** What an admin learns of the actors: trace, charts, and the live feed over real sockets. */
import { describe, expect, test } from 'vitest';
import type { TraceRecord } from '../../../src/api/trace-view.ts';
import { openApi } from '../../support/open-api.ts';
import { openDispatcher } from '../../support/open-dispatcher.ts';
import { traceRecord } from '../../support/trace-records.ts';
import { until } from '../../support/until.ts';

const numbered = (first: number, count: number): TraceRecord[] =>
  Array.from({ length: count }, (_, index) => traceRecord({ seq: first + index }));

describe('get_actor_trace', () => {
  test('gives the newest records, or those after a number, and says whether there are more', async () => {
    const { call, door } = openDispatcher();
    door.record(...numbered(1, 5));
    const newest = (await call('get_actor_trace', { limit: 2 })).result;
    expect(newest).toMatchObject({
      records: [{ seq: 4 }, { seq: 5 }],
      last_seq: 5,
      first_seq: 1,
      more: true,
    });
    const later = (await call('get_actor_trace', { since_seq: 3 })).result;
    expect(later).toMatchObject({ records: [{ seq: 4 }, { seq: 5 }], more: false });
  });

  test('refuses a camera that nobody knows', async () => {
    const { call } = openDispatcher();
    const { error } = await call('get_actor_trace', { device: 'camera9' });
    expect(error).toMatchObject({ code: -32010, data: { reason: 'camera_unknown' } });
  });
});

describe('get_statechart', () => {
  test('gives states and transitions with events, delays, guards and descriptions', async () => {
    const { call } = openDispatcher();
    const { machine, states, transitions } = (await call('get_statechart', { machine: 'kettle' })).result;
    expect(machine).toBe('kettle');
    expect(states[0]).toMatchObject({ id: 'kettle', parent: null, initial: 'kettle.idle' });
    expect(states).toContainEqual({
      ...{ id: 'kettle.heating', name: 'heating', parent: 'kettle', type: 'compound', description: null },
      ...{ initial: 'kettle.heating.warming', invokes: ['heater'], entry: ['note'], exit: ['note'] },
    });
    expect(transitions).toContainEqual({
      ...{ source: 'kettle.heating.warming', target: 'kettle.idle', kind: 'delay', name: '500 ms' },
      ...{ guard: null, description: 'too slow', from_any_inside: false, restarts: false, actions: [] },
    });
    expect(transitions).toContainEqual({
      ...{ source: 'kettle.heating', target: null, kind: 'event', name: 'knock' },
      ...{ guard: null, description: null, from_any_inside: true, restarts: true, actions: [] },
    });
    expect(transitions).toContainEqual(expect.objectContaining({ name: 'looked', actions: ['note'] }));
    expect(transitions).toContainEqual(
      expect.objectContaining({ source: 'kettle.idle', name: 'switch.on', guard: 'cold and not dry' }),
    );
  });

  test('names the machines there are where it is asked for another', async () => {
    const { call } = openDispatcher();
    const { error } = await call('get_statechart', { machine: 'toaster' });
    expect(error).toMatchObject({ data: { reason: 'machine_unknown', suggestion: 'Machines are kettle.' } });
  });
});

describe('subscribe_inspection', () => {
  test('answers with a picture, and from then on tells each record once, to those who asked alone', async () => {
    const { client, door } = await openApi();
    const [asking, silent] = [await client('admin'), await client('admin')];
    door.record(...numbered(1, 3));
    const { result } = await asking.call('subscribe_inspection');
    expect(result).toMatchObject({ last_seq: 3, actors: [] });
    door.record(...numbered(4, 120));
    const updates = await until(() => asking.notices().length === 3 && asking.notices(), {
      what: 'three updates of at most fifty records',
    });
    const seqs = updates.flatMap(({ params }) =>
      (params as { records: { seq: number }[] }).records.map(({ seq }) => seq),
    );
    expect(seqs).toEqual(Array.from({ length: 120 }, (_, index) => 4 + index));
    await silent.call('ping');
    expect(silent.notices()).toEqual([]);
  });

  test('is for every viewer, and for nobody without a login', async () => {
    const { client, door } = await openApi();
    const viewer = await client('viewer');
    expect((await viewer.call('subscribe_inspection')).error).toBeUndefined();
    door.record(...numbered(1, 1));
    await until(() => viewer.notices().length === 1, { what: 'an update' });
    const { error } = await (await client()).call('subscribe_inspection');
    expect(error).toMatchObject({ code: -32001 });
  });
});
