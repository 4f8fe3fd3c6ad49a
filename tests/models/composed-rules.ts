/** What holds of a camera, its stream and its recording together, after every step and at rest. */
import { expect } from 'vitest';
import { childState } from '../support/fake-camera.ts';
import { device, order } from '../support/machine-fixtures.ts';
import type { House, Told } from './composed-house.ts';

/** What holds after every step. */
export function check(house: House, told: Told, step: string): void {
  const { world, rig } = house;
  const context = house.context();
  const stream = rig.stream() ?? 'none';
  const where = `after "${step}" in camera ${rig.state()}, stream ${stream}`;
  const must = (holds: boolean, what: string) => expect(holds, `${what} (${where})`).toBe(true);

  must(
    world.violations.length === 0,
    `one capture per device, and only with a plan: ${world.violations.join(', ')}`,
  );
  if (/^(idle|backoff|faulted|unavailable)$/.test(stream)) {
    must(world.capture === null, 'a stopped stream has no process');
    must(context.process === null && context.late.length === 0, 'a stopped stream remembers none');
  }
  if (stream === 'live.flowing') {
    must(
      world.capture !== null && context.process?.pid === world.capture.process.pid,
      'flowing has its process',
    );
    must(context.server !== null, 'flowing has a media server');
    must(context.observation?.available === true, 'flowing has its path available');
    must(context.late.length === 0, 'flowing has every sign of life in time');
  }
  if (stream.startsWith('live')) must(context.plan !== null, 'what is live is plugged in and switched on');
  if (/^(disconnected|disabled)/.test(rig.state())) {
    must(
      context.plan === null && context.entry === null,
      'a camera that is away or switched off has no path',
    );
  }
  const agreed = context.server !== null && context.agreedRevision === context.revision;
  if (agreed && context.session === null)
    must(world.recording === null, 'an ended recording is not recorded on');
  if (context.session !== null) {
    const recording = childState(house.stream(), `recording:${context.session}`) ?? 'none';
    must(recording !== 'none', 'a session has its actor');
    must(world.wishes.recordings.has(context.session) || recording === 'pledging', 'a session has its wish');
    if (recording.startsWith('rolling'))
      must(context.record?.session === context.session, 'what rolls is wanted');
    if (recording === 'rolling.growing' && agreed)
      must(world.recording === context.session, 'what grows is recorded');
  }
  for (const session of world.wishes.recordings.keys()) {
    const others = [...context.closing, ...context.unfiled];
    must(context.session === session || others.includes(session), `wish ${session} has its actor`);
  }
  for (const done of world.finished) {
    // A server that refuses to end it is waited for no longer than allowed: then its newest part is filed as it is.
    if (world.writeFailure !== null) house.refused.add(done.session);
    must(
      house.refused.has(done.session) || done.parts.every(({ durationMs }) => durationMs !== null),
      'a finished recording is closed',
    );
    must(
      (done.outcome === 'completed') === done.parts.length > 0,
      'its outcome says whether there is anything',
    );
  }
  must(
    new Set(world.finished.map(({ session }) => session)).size === world.finished.length,
    'each is finished once',
  );
  must(told.disabled === rig.state().startsWith('disabled'), 'disabled is what the operator said');
}

/** The world is well, and nobody wants anything any more. */
export async function calmDown(house: House, told: Told): Promise<void> {
  const { world, rig } = house;
  Object.assign(world, {
    frames: true,
    frozen: false,
    bytesStandStill: false,
    publishing: true,
    tapProblem: null,
    readers: 0,
    startTrouble: null,
    probeTrouble: null,
    writeFailure: null,
    recorderStalls: false,
    answersAfterMs: 0,
    stopTakesMs: 50,
  });
  if (!told.serverUp) await world.serverReturns();
  if (told.disabled) await rig.send({ type: 'camera.enable' });
  if (!told.plugged) await rig.send({ type: 'device.attached', device: device(), atMs: world.wallMs() });
  Object.assign(told, { plugged: true, disabled: false, serverUp: true });
  await rig.send({ type: 'camera.retry' });
  await world.send({ type: 'stream.retry' });
  await world.send({ type: 'recording.stop', reason: 'requested' });
  await world.send({ type: 'stream.stop' });
  await world.advance(90_000);
  check(house, told, 'everything was well for 90 s');
}

/** And it works: a recording starts, grows, and ends in a file; the stream ends with it. */
export async function records(house: House, told: Told): Promise<void> {
  const { world } = house;
  const before = world.finished.length;
  await world.send({ type: 'recording.order', order: order({ session: 'last' }) });
  await world.advance(5000);
  expect(house.rig.stream(), 'it is live').toBe('live.flowing');
  expect(childState(house.stream(), 'recording:last'), 'it is recorded').toBe('rolling.growing');
  check(house, told, 'a last recording');
  await world.send({ type: 'recording.stop', reason: 'requested' });
  await world.advance(3000);
  expect(world.finished.length - before, 'it is finished').toBe(1);
  expect(world.finished.at(-1)).toMatchObject({
    session: 'last',
    outcome: 'completed',
    reason: 'requested',
    gaps: [],
  });
  check(house, told, 'its end');
  expect(house.rig.stream(), 'and the stream ends with it').toBe('idle');
}
