import { expect, test } from 'vitest';
import { viewersMachine } from '../../src/machines/viewers.ts';
import { failure } from '../support/machine-fixtures.ts';
import { FakeCall, startMachine } from '../support/machines.ts';

const START_TIMEOUT_MS = 10_000;
const CLOSING_MS = 8000;

async function start() {
  const withdrawDemand = new FakeCall<void, string>(() => undefined);
  const countReaders = new FakeCall<number, string>(() => 0);
  const machine = viewersMachine.provide({
    actors: { withdrawDemand: withdrawDemand.logic, countReaders: countReaders.logic },
  });
  const rig = await startMachine(machine, {
    cameraId: 'camera0',
    startTimeoutMs: START_TIMEOUT_MS,
    closeAfterMs: CLOSING_MS,
  });
  return {
    ...rig,
    withdrawDemand,
    countReaders,
    observe: (readers: number) => rig.send({ type: 'readers.observed', readers }),
  };
}

test('a viewer who comes to an idle path is held and is a reason at once', async () => {
  const viewers = await start();
  await viewers.send({ type: 'demand.touched' });
  expect(viewers.state()).toBe('held');
  expect(viewers.reports.types()).toEqual(['viewers.came']);
});

test('a held viewer lapses after the start timeout plus the closing time, exactly', async () => {
  const viewers = await start();
  await viewers.send({ type: 'demand.touched' });
  await viewers.advance(START_TIMEOUT_MS + CLOSING_MS - 1);
  expect(viewers.state()).toBe('held');
  await viewers.advance(1);
  expect(viewers.state()).toBe('none');
  expect(viewers.withdrawDemand.inputs).toEqual(['camera0']);
  expect(viewers.reports.types()).toEqual(['viewers.came', 'viewers.left']);
});

test('each touch of the demand file lets held viewers wait anew', async () => {
  const viewers = await start();
  await viewers.send({ type: 'demand.touched' });
  await viewers.advance(17_000);
  await viewers.send({ type: 'demand.touched' });
  await viewers.advance(17_000);
  expect(viewers.state()).toBe('held');
  expect(viewers.reports.types()).toEqual(['viewers.came']);
});

test('a held viewer who gets the picture keeps it: readers are seen within the closing time', async () => {
  const viewers = await start();
  await viewers.send({ type: 'demand.touched' });
  await viewers.send({ type: 'stream.live' });
  expect(viewers.state()).toBe('closing');
  await viewers.observe(1);
  expect(viewers.state()).toBe('watching');
  await viewers.advance(3_600_000);
  expect(viewers.state()).toBe('watching');
  expect(viewers.withdrawDemand.calls).toBe(0);
});

test('a reader may be seen on the path before the stream says that it is live', async () => {
  const viewers = await start();
  await viewers.send({ type: 'demand.touched' });
  await viewers.observe(2);
  expect(viewers.state()).toBe('watching');
});

test('a stale demand file costs one closing time of streaming, no more', async () => {
  const viewers = await start();
  await viewers.send({ type: 'demand.touched' });
  await viewers.send({ type: 'stream.live' });
  await viewers.observe(0);
  await viewers.advance(CLOSING_MS - 1);
  expect(viewers.state()).toBe('closing');
  await viewers.advance(1);
  expect(viewers.state()).toBe('none');
  expect(viewers.reports.types()).toEqual(['viewers.came', 'viewers.left']);
});

test('a viewer who joined while something else kept the stream live is a reason too', async () => {
  const viewers = await start();
  await viewers.observe(0);
  expect(viewers.state()).toBe('none');
  await viewers.observe(1);
  expect(viewers.state()).toBe('watching');
  expect(viewers.reports.types()).toEqual(['viewers.came']);
});

test('demand is withdrawn only after the closing time without readers, and a returning reader calls it off', async () => {
  const viewers = await start();
  await viewers.observe(1);
  await viewers.observe(1);
  await viewers.observe(0);
  await viewers.advance(CLOSING_MS - 1);
  await viewers.observe(1);
  expect(viewers.state()).toBe('watching');
  await viewers.observe(0);
  await viewers.observe(0);
  await viewers.advance(CLOSING_MS);
  expect(viewers.state()).toBe('none');
  expect(viewers.reports.types()).toEqual(['viewers.came', 'viewers.left']);
});

test('a touch during the closing time starts it anew', async () => {
  const viewers = await start();
  await viewers.observe(1);
  await viewers.observe(0);
  await viewers.advance(CLOSING_MS - 1);
  await viewers.send({ type: 'demand.touched' });
  await viewers.advance(CLOSING_MS - 1);
  expect(viewers.state()).toBe('closing');
});

test('readers are listed once more after the file went: whoever joined in between stays', async () => {
  const viewers = await start();
  viewers.countReaders.answers = null;
  await viewers.observe(1);
  await viewers.observe(0);
  await viewers.advance(CLOSING_MS);
  expect(viewers.state()).toBe('lastLook');
  expect(viewers.withdrawDemand.calls).toBe(1);
  await viewers.countReaders.resolve(1);
  expect(viewers.state()).toBe('watching');
  expect(viewers.reports.types()).toEqual(['viewers.came']);
});

test('the reason goes even when neither the file nor the readers can be reached', async () => {
  const viewers = await start();
  viewers.withdrawDemand.answers = () => {
    throw failure('storage');
  };
  viewers.countReaders.answers = () => {
    throw failure('media-server-unreachable');
  };
  await viewers.observe(1);
  await viewers.observe(0);
  await viewers.advance(CLOSING_MS);
  expect(viewers.state()).toBe('none');
  expect(viewers.reports.types()).toEqual(['viewers.came', 'viewers.left']);
});

test.each(['withdrawing', 'lastLook'])('a demand that is raised while %s is held again', async (state) => {
  const viewers = await start();
  const slow = state === 'withdrawing' ? viewers.withdrawDemand : viewers.countReaders;
  slow.answers = null;
  await viewers.observe(1);
  await viewers.observe(0);
  await viewers.advance(CLOSING_MS);
  expect(viewers.state()).toBe(state);
  await viewers.send({ type: 'demand.touched' });
  expect(viewers.state()).toBe('held');
  expect(viewers.reports.types()).toEqual(['viewers.came']);
});

test.each(['watching', 'closing'])(
  'viewers are held again when the stream is lost while %s',
  async (state) => {
    const viewers = await start();
    await viewers.observe(1);
    if (state === 'closing') await viewers.observe(0);
    expect(viewers.state()).toBe(state);
    await viewers.send({ type: 'stream.notLive' });
    expect(viewers.state()).toBe('held');
    await viewers.advance(START_TIMEOUT_MS + CLOSING_MS);
    expect(viewers.state()).toBe('none');
  },
);
