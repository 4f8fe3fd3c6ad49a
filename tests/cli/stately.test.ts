/** camctl inspect --stately, heard by the receiver of Stately's own package. */
import { createWebSocketReceiver } from '@statelyai/inspect';
import { expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { definitionOf, stateValue } from '../../src/cli/stately-events.ts';
import { realCharts } from '../inspector/records.ts';
import { openApi } from '../support/open-api.ts';
import { startCamctl } from '../support/run-camctl.ts';
import { traceRecord } from '../support/trace-records.ts';
import { until } from '../support/until.ts';

test("Stately's receiver is told the actors that are there, then each event and snapshot", async () => {
  const { door, url, keyOf } = await openApi();
  door.actorsNow = [
    {
      ...{ actor: 'stream:camera0', machine: 'kettle', parent: 'camera:camera0', state: 'idle' },
      ...{ states: ['kettle.heating.warming'], sinceAtMs: 0, timers: [], facts: { attempts: 2 } },
    },
  ];
  const run = startCamctl(['inspect', '--stately', '--port', '0'], {
    CAMCTL_URL: url,
    CAMCTL_KEY: keyOf.viewer,
  });
  const server = await until(() => /ws:\S+/.exec(run.out())?.[0], { what: 'the address', timeoutMs: 15_000 });
  const events: { readonly type: string }[] = [];
  createWebSocketReceiver({ server }).subscribe((event) => events.push(event));
  await until(() => events.length === 1, { what: 'the actor that is there' });
  door.record(
    traceRecord({
      seq: 1,
      machine: 'kettle',
      states: ['kettle.idle'],
      event: 'switch.off',
      source: 'service',
    }),
    traceRecord({ seq: 2, machine: 'kettle', actor: 'stream:camera1', from: '', states: ['kettle.idle'] }),
  );
  await until(() => events.length === 6, { what: 'what it did, and a new one' });
  expect(events).toMatchObject([
    {
      ...{ type: '@xstate.actor', sessionId: 'stream:camera0', name: 'stream:camera0', rootId: 'service' },
      ...{ parentId: 'camera:camera0', definition: expect.stringContaining('"id":"kettle"') },
      snapshot: { status: 'active', value: { heating: 'warming' }, context: { attempts: 2 } },
    },
    {
      type: '@xstate.event',
      sessionId: 'stream:camera0',
      sourceId: 'service',
      event: { type: 'switch.off' },
    },
    { type: '@xstate.snapshot', sessionId: 'stream:camera0', snapshot: { status: 'active', value: 'idle' } },
    { type: '@xstate.actor', sessionId: 'stream:camera1' },
    { type: '@xstate.event' },
    { type: '@xstate.snapshot' },
  ]);
  run.interrupt();
  expect(await run.code).toBe(130);
});

test('what is told of a machine is a configuration that XState takes', async () => {
  for (const chart of Object.values(await realCharts())) {
    const made = createMachine(definitionOf(chart) as Parameters<typeof createMachine>[0]);
    for (const { id } of chart.states) expect(made.getStateNodeById(id).id).toBe(id);
  }
});

test('active states become the value that XState has for them', () => {
  expect(stateValue('stream', ['stream.idle'])).toBe('idle');
  expect(stateValue('storage', ['storage.level.ok', 'storage.check.waiting'])).toEqual({
    level: 'ok',
    check: 'waiting',
  });
  expect(
    stateValue('recording', ['recording.rolling.growing.timer', 'recording.rolling.growing.pulse.fresh']),
  ).toEqual({
    rolling: { growing: { timer: {}, pulse: 'fresh' } },
  });
});
