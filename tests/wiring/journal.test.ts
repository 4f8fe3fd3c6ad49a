/** What the journal makes of the steps of real XState actors. */

import { describe, expect, test } from 'vitest';
import { type AnyActorRef, createActor, SimulatedClock } from 'xstate';
import { createLog } from '../../src/adapters/log/log.ts';
import type { TraceRecord } from '../../src/api/trace-view.ts';
import { Journal } from '../../src/wiring/journal.ts';
import { Recorder } from '../../src/wiring/recorder.ts';
import { Timeline } from '../../src/wiring/timeline.ts';
import { advance, settled } from '../support/machines.ts';
import { houseMachine } from '../support/toy-house.ts';

const START_AT_MS = 1_800_000_000_000;

async function house({ everyStep = false } = {}) {
  const clock = new SimulatedClock();
  const time = { monoMs: () => clock.now(), wallMs: () => START_AT_MS + clock.now() };
  const kept = { memoryRecords: 1000, batchMs: 5, everyStep };
  const recorder = new Recorder({ clock: time, disk: null, secrets: [], ...kept });
  const log = createLog({ level: 'fatal', format: 'json', file: '' });
  const journal = new Journal(log, new Timeline(time), recorder);
  const actor = createActor(houseMachine, { systemId: 'house', clock });
  journal.attach(actor);
  actor.start();
  await settled();
  const began = recorder.lastSeq;
  const records = () => recorder.trace({ limit: 1000, sinceSeq: began }).records;
  /** As the callback would: from an actor that is no machine. */
  const fromEye = (event: object) =>
    (actor.system as unknown as { _relay(from: AnyActorRef, to: AnyActorRef, event: object): void })._relay(
      actor.getSnapshot().children.eye!,
      actor,
      event,
    );
  return { actor, journal, recorder, records, fromEye, pass: (ms: number) => advance(clock, ms) };
}

const story = (records: readonly TraceRecord[]) =>
  records.map(({ actor, event, from, to }) => `${actor} ${event}: ${from} -> ${to}`);

describe('the causal chain', () => {
  test('leads over an actor that only passed the event on, and the cause stands before what it caused', async () => {
    const { records, fromEye } = await house();
    fromEye({ type: 'visitor.came', at: 'noon' });
    const [passedOn, opened, visited] = records();
    expect(story(records())).toEqual([
      'house visitor.came: standing -> standing',
      'door:front door.knock: shut -> open.greeting',
      'house door.opened: standing -> visited',
    ]);
    expect(passedOn).toMatchObject({ source: 'house/eye', cause: null, payload: 'at: noon' });
    expect(opened).toMatchObject({ source: 'house', cause: passedOn!.seq });
    expect(visited).toMatchObject({ source: 'door:front', cause: opened!.seq });
  });

  test('leads from a timer to the step that started it, and from a result to the step that asked', async () => {
    const { records, fromEye, pass } = await house();
    fromEye({ type: 'visitor.came', at: 'noon' });
    await pass(1000);
    const [, opened, , greeted, shut] = records();
    expect(greeted).toMatchObject({
      ...{ event: 'xstate.done.actor.greet', to: 'open.greeted', payload: 'output: hello' },
      ...{ source: 'door:front/greet', cause: opened!.seq },
    });
    expect(shut).toMatchObject({ to: 'shut', source: 'door:front', cause: opened!.seq });
    expect(shut!.monoMs - opened!.monoMs).toBe(1000);
    expect(shut!.atMs - START_AT_MS).toBe(1000);
  });

  test('hands the correlation id of a call down to what it brought about', async () => {
    const { records, actor } = await house();
    actor.send({ type: 'visitor.came', at: 'noon', order: { correlationId: 'abc' } } as never);
    expect(records().map(({ correlationId }) => correlationId)).toEqual(['abc', 'abc', 'abc']);
  });
});

describe('what is worth a record', () => {
  test('not a step that moved nobody and came from within', async () => {
    const { records, fromEye, journal } = await house();
    const before = journal.steps;
    fromEye({ type: 'wind.blew' });
    expect(journal.steps).toBe(before + 2);
    expect(records()).toEqual([]);
  });

  test('every step that was taken, where that is wished', async () => {
    const { records, fromEye } = await house({ everyStep: true });
    fromEye({ type: 'wind.blew' });
    fromEye({ type: 'nonsense' });
    expect(story(records())).toContain('house wind.blew: standing -> standing');
    expect(story(records()).join()).not.toContain('nonsense');
  });

  test('an order from outside that did something, but not one that nobody took', async () => {
    const { records, actor } = await house();
    actor.send({ type: 'nonsense' } as never);
    expect(records()).toEqual([]);
    actor.send({ type: 'wind.blew' });
    expect(story(records())).toEqual(['house wind.blew: standing -> standing']);
  });

  test('the end of an actor, also when it broke', async () => {
    const { records, journal, actor } = await house();
    const door = actor.getSnapshot().children.door as unknown as AnyActorRef;
    door.send({ type: 'door.break' });
    expect(records()).toMatchObject([{ actor: 'door:front', event: 'door.break', ended: 'error' }]);
    expect(journal.standing(door)).toBeUndefined();
    actor.stop();
    expect(records().at(-1)).toMatchObject({ actor: 'house', event: 'xstate.stop', ended: 'stopped' });
    expect(journal.all()).toEqual([]);
  });
});

test('an actor that is ended by its owner names the owner', async () => {
  const { records, actor } = await house();
  actor.stop();
  expect(records()).toMatchObject([
    {
      actor: 'door:front',
      event: 'xstate.stop',
      from: 'shut',
      to: 'shut',
      source: 'house',
      ended: 'stopped',
    },
    { actor: 'house', event: 'xstate.stop', source: null, ended: 'stopped' },
  ]);
});

test('a record names the actions that ran, the timers that were started and the states that are active', async () => {
  const { records, fromEye, pass } = await house();
  fromEye({ type: 'visitor.came', at: 'noon' });
  await pass(1000);
  const [passedOn, opened, , , shut] = records();
  expect(passedOn!.actions).toEqual(['knock']);
  expect(opened).toMatchObject({
    actions: ['ring', 'tellOpened', 'oil'],
    delays: [{ name: 'openTime', durationMs: 1000 }],
    states: ['door.open.greeting'],
  });
  expect(shut).toMatchObject({ actions: ['ring'], delays: [], states: ['door.shut'] });
});

test('the first record of an actor has no state before it', async () => {
  const { recorder } = await house();
  const [first, second] = recorder.trace({ limit: 1000 }).records;
  expect(first).toMatchObject({
    ...{ actor: 'house', event: 'xstate.init', from: '', to: 'standing', states: ['house.standing'] },
    delays: [{ name: 'stormTime', durationMs: 3_600_000 }],
  });
  expect(second).toMatchObject({ actor: 'door:front', from: '', to: 'shut', cause: first!.seq });
});

test('waiting timers are told with the time that is left', async () => {
  const { fromEye, journal, pass, actor } = await house();
  const door = actor.getSnapshot().children.door as unknown as AnyActorRef;
  expect(journal.timers().get(door)).toBeUndefined();
  fromEye({ type: 'visitor.came', at: 'noon' });
  await pass(400);
  expect(journal.timers().get(door)).toEqual([{ name: 'openTime', durationMs: 1000, remainingMs: 600 }]);
  await pass(600);
  expect(journal.timers().get(door)).toBeUndefined();
});

test('secrets and host paths of an event stay out of its record', async () => {
  const { actor, records } = await house();
  const order = { correlationId: 'c-1' };
  actor.send({ type: 'house.paint', order, password: 'hunter22', path: '/var/lib/camera-service/x' });
  const [{ payload, correlationId }] = records() as [TraceRecord];
  expect(correlationId).toBe('c-1');
  expect(payload).toContain('path: <path>');
  expect(payload).not.toMatch(/hunter22|\/var/);
});
