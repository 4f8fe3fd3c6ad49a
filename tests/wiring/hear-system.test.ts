import { expect, test } from 'vitest';
import { createActor, type InspectionEvent } from 'xstate';
import { hearSystem } from '../../src/wiring/hear-system.ts';
import { houseMachine } from '../support/toy-house.ts';

test('hears what XState tells those who inspect, and they still hear it', () => {
  const [heard, inspected]: [InspectionEvent[], InspectionEvent[]] = [[], []];
  const actor = createActor(houseMachine);
  actor.system.inspect((event) => inspected.push(event));
  hearSystem(actor, (event) => heard.push(event));
  actor.start();
  actor.send({ type: 'visitor.came', at: 'noon' });
  expect(heard.map(({ type }) => type)).toEqual(inspected.map(({ type }) => type));
  for (const type of ['@xstate.event', '@xstate.microstep', '@xstate.action', '@xstate.snapshot'])
    expect(heard.some((event) => event.type === type)).toBe(true);
});

test('says so where an XState cannot be heard', () => {
  expect(() => hearSystem({ system: {} } as never, () => {})).toThrow(/another way/);
});
