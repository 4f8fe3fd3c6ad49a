/** What the service starts, in which order, whom it tells what, and how it ends. Its parts are stand-ins. */

import { describe, expect, test } from 'vitest';
import type { AnyActorRef } from 'xstate';
import { handleOf } from '../../src/machines/identity.ts';
import { missingParts, type ServiceEmitted, type ServiceInput } from '../../src/machines/service.ts';
import type { KnownCamera, RecordingWish, Wishes } from '../../src/machines/values.ts';
import {
  cameraLimits,
  device,
  failure,
  known,
  mediaServerLimits,
  node,
  observed,
  order,
  serverInfo,
} from '../support/machine-fixtures.ts';
import { settled, startMachine } from '../support/machines.ts';
import { ServiceParts } from '../support/service-parts.ts';

const atMs = 7;
const attached = (which = device()) => ({ type: 'device.attached', device: which, atMs }) as const;
const listed = { type: 'devices.listed', atMs } as const;
const up = { type: 'server.up', info: serverInfo() } as const;
const down = { type: 'server.down', trouble: null } as const;
const stop = { type: 'service.stop' } as const;
const otherDevice = device([node({ syspath: '/sys/b', devicePath: '/dev/video2' })], 'usb:other');
const other: KnownCamera = known({ id: 'camera1', identity: otherDevice.identity, name: 'Door' });

async function start(wishes: Partial<Wishes> = {}, parts = new ServiceParts()) {
  const input: ServiceInput = {
    wishes: { cameras: [], recordings: [], ...wishes },
    camera: cameraLimits,
    mediaServer: { managed: true, limits: mediaServerLimits },
    discovery: { rescanIntervalMs: 60_000, retryMs: 2000 },
    storage: { checkIntervalMs: 5000, lowPercent: 80, criticalPercent: 90, hysteresisPercent: 2 },
    reconcileTimeoutMs: 10_000,
    stopTimeoutMs: 20_000,
  };
  const rig = await startMachine(parts.machine(), input);
  const { actor } = rig;
  const emitted: ServiceEmitted[] = [];
  actor.on('*', (event) => emitted.push(event));
  const child = (id: string) => (actor.getSnapshot().children as Record<string, AnyActorRef | undefined>)[id];
  return {
    ...rig,
    parts,
    emitted,
    context: () => actor.getSnapshot().context,
    done: () => actor.getSnapshot().status === 'done',
    async toChild(id: string, event: { type: string }) {
      child(id)?.send(event);
      await settled();
    },
    child,
  };
}

async function ready(wishes: Partial<Wishes> = {}) {
  const rig = await start(wishes);
  await rig.send(listed);
  await rig.send(up);
  expect(rig.state()).toBe('working.ready');
  return rig;
}

describe('the start', () => {
  test('known cameras and the media server are there before anything is looked for', async () => {
    const parts = new ServiceParts();
    parts.reapOrphans.answers = null;
    const wish: RecordingWish = {
      order: order(),
      gaps: [],
      adoptions: 0,
      ending: null,
      deadlineMonoMs: null,
      openPart: null,
    };
    const rig = await start({ cameras: [known(), other], recordings: [wish] }, parts);
    expect(rig.state()).toBe('working.starting.reaping');
    expect([...parts.inputs.keys()].toSorted()).toEqual([
      'camera:camera0',
      'camera:camera1',
      'media-server',
      'storage',
    ]);
    expect(parts.inputs.get('camera:camera0')).toMatchObject({
      known: known(),
      device: null,
      server: null,
      recordingWishes: [wish],
    });
    expect(parts.inputs.get('camera:camera1')).toMatchObject({ recordingWishes: [] });
    expect(parts.heardBy('media-server')).toEqual([]);
  });

  test('orphans are ended first; a camera that is switched off owns no process', async () => {
    const parts = new ServiceParts();
    await start({ cameras: [known(), { ...other, disabled: true }] }, parts);
    expect(parts.reapOrphans.inputs).toEqual([['camera0']]);
    expect(parts.inputs.has('discovery')).toBe(true);
    expect(parts.heardBy('media-server')).toEqual(['media-server.start']);
  });

  test('orphans that cannot be ended do not stop it', async () => {
    const parts = new ServiceParts();
    parts.reapOrphans.answers = () => {
      throw failure('internal');
    };
    const rig = await start({}, parts);
    expect(rig.state()).toBe('working.starting.reconciling');
    expect(parts.inputs.has('discovery')).toBe(true);
  });

  test('orphans that take for ever do not stop it: devices and the media server are looked for all the same', async () => {
    const parts = new ServiceParts();
    parts.reapOrphans.answers = null;
    const rig = await start({}, parts);
    await rig.advance(10_000);
    expect(parts.inputs.has('discovery')).toBe(true);
    expect(parts.heardBy('media-server')).toEqual(['media-server.start']);
    await rig.send(listed);
    await rig.send(up);
    expect(rig.state()).toBe('working.ready');
  });

  test('is ready once devices are listed and the media server answers', async () => {
    const rig = await start();
    await rig.send(listed);
    expect(rig.state()).toBe('working.starting.reconciling');
    await rig.send(up);
    expect(rig.state()).toBe('working.ready');
  });

  test('what is missing after 10 s is named, and the rest works', async () => {
    const rig = await start();
    await rig.send(listed);
    await rig.advance(9999);
    expect(rig.state()).toBe('working.starting.reconciling');
    await rig.advance(1);
    expect(rig.state()).toBe('working.partial');
    expect(missingParts(rig.context()).map(({ part }) => part)).toEqual(['media_server']);
    await rig.send(up);
    expect(rig.state()).toBe('working.ready');
  });
});

describe('partial', () => {
  test('goes there and back as the media server goes and comes', async () => {
    const rig = await ready();
    await rig.send(down);
    expect(rig.state()).toBe('working.partial');
    await rig.send(up);
    expect(rig.state()).toBe('working.ready');
  });

  test.each(['critical', 'missing'] as const)('says so while the storage is %s', async (level) => {
    const rig = await ready();
    await rig.send({ type: 'storage.changed', level });
    expect(rig.state()).toBe('working.partial');
    expect(missingParts(rig.context()).map(({ part }) => part)).toEqual(['storage']);
    await rig.send({ type: 'storage.changed', level: 'low' });
    expect(rig.state()).toBe('working.ready');
  });

  test('says so while devices cannot be watched, and why', async () => {
    const rig = await ready();
    const trouble = { code: 'internal', reason: 'udevd_gone', message: 'udevd is gone' } as const;
    await rig.send({ type: 'discovery.changed', trouble });
    expect(rig.state()).toBe('working.partial');
    expect(missingParts(rig.context())).toMatchObject([{ part: 'discovery' }]);
    expect(missingParts(rig.context())[0]?.sentence).toContain('udevd is gone');
    await rig.send({ type: 'discovery.changed', trouble: null });
    expect(rig.state()).toBe('working.ready');
  });

  test('names what an external server does not see of our folders', async () => {
    const rig = await ready();
    await rig.send({ type: 'folders.tested', folders: { demand: false, recording: false } });
    expect(missingParts(rig.context()).map(({ part }) => part)).toEqual([
      'demand_unavailable',
      'recording_unavailable',
    ]);
    await rig.send({ type: 'folders.tested', folders: { demand: true, recording: true } });
    expect(rig.state()).toBe('working.ready');
  });

  test('names everything at once, with a sentence each', () => {
    const missing = missingParts({
      server: null,
      storageLevel: 'missing',
      listed: false,
      crashed: ['camera:camera0'],
    });
    expect(missing.map(({ part }) => part)).toEqual([
      'media_server',
      'discovery',
      'storage',
      'camera:camera0',
    ]);
    for (const { sentence } of missing) expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(missingParts({ server: serverInfo(), storageLevel: 'low', listed: true, crashed: [] })).toEqual(
      [],
    );
  });

  test('tells why the media server refuses us where that is known', () => {
    const refusal = { code: 'media-server-refused', reason: 'x', message: 'Wrong credentials' } as const;
    const [first] = missingParts({ server: null, storageLevel: 'ok', listed: true, crashed: [] }, refusal);
    expect(first?.sentence).toMatch(/^Wrong credentials/);
  });
});

describe('cameras', () => {
  test('a new device gets the lowest free number and a name of its own', async () => {
    const rig = await ready({ cameras: [other] });
    await rig.send(attached());
    expect(rig.context().cameras.map(({ id }) => id)).toEqual(['camera1', 'camera0']);
    expect(rig.parts.inputs.get('camera:camera0')).toMatchObject({
      known: { id: 'camera0', name: 'HD Webcam C270', disabled: false, streamWanted: false },
      device: device(),
      server: serverInfo(),
    });
    const twin = device([node({ syspath: '/sys/c' })], 'usb:twin');
    await rig.send(attached(twin));
    expect(rig.context().cameras.at(-1)).toMatchObject({ id: 'camera2', name: 'HD Webcam C270 (2)' });
  });

  test('a device without a name is called after its number', async () => {
    const rig = await ready();
    await rig.send(attached(device([node({ productName: null })])));
    expect(rig.context().cameras[0]?.name).toBe('Camera 0');
  });

  test('a known device goes to its camera, whatever happens to it', async () => {
    const rig = await ready({ cameras: [known()] });
    await rig.send(attached());
    await rig.send({ type: 'device.changed', device: device(), atMs });
    await rig.send({ type: 'device.detached', handle: handleOf(device()), atMs });
    expect(rig.parts.heardBy('camera:camera0')).toEqual([
      'devices.listed',
      'device.attached',
      'device.changed',
      'device.detached',
    ]);
    expect(rig.context().cameras).toHaveLength(1);
  });

  test('a camera keeps its number when its twin comes, and hears what it is known by now', async () => {
    const rig = await ready({ cameras: [known()] });
    await rig.send(attached());
    rig.parts.heard.length = 0;
    const serialKey = device().identity.serialKey;
    const place = 'port:usb-2';
    const identity = { key: place, matchedBy: 'port', ambiguous: true, serialKey, placeKey: place } as const;
    const other = node({ syspath: '/sys/b', parentSyspath: '/sys/devices/usb1/1-2' });
    await rig.send(attached({ identity, nodes: [other], twins: [device().identity.placeKey!] }));
    expect(rig.parts.heardBy('camera:camera0')).toEqual(['camera.identified']);
    expect(rig.context().cameras).toMatchObject([
      { id: 'camera0', identity: { matchedBy: 'port', ambiguous: true } },
      { id: 'camera1', identity: { key: place, ambiguous: true } },
    ]);
    await rig.toChild('camera:camera1', { type: 'camera.release' });
    expect(rig.parts.heardBy('camera:camera0'), 'its twin is forgotten').toHaveLength(2);
    expect(rig.context().cameras).toMatchObject([{ identity: { matchedBy: 'serial', ambiguous: false } }]);
  });

  test('a device whose place is called otherwise while it stays plugged in is still that camera', async () => {
    const rig = await ready({ cameras: [known()] });
    await rig.send(attached());
    rig.parts.heard.length = 0;
    const renamed = { ...device(), identity: { ...device().identity, placeKey: 'port:usb-9' } };
    await rig.send({ type: 'device.changed', device: renamed, atMs });
    expect(rig.parts.heardBy('camera:camera0')).toEqual(['camera.identified', 'device.changed']);
    expect(rig.context().cameras).toMatchObject([{ identity: { placeKey: 'port:usb-9' } }]);
  });

  test('news of a device that nobody knows is no news', async () => {
    const rig = await ready({ cameras: [known()] });
    rig.parts.heard.length = 0;
    await rig.send({ type: 'device.changed', device: otherDevice, atMs });
    await rig.send({ type: 'device.detached', handle: handleOf(otherDevice), atMs });
    expect(rig.parts.heard).toEqual([]);
  });

  test('a forgotten camera frees its number', async () => {
    const rig = await ready({ cameras: [known(), other] });
    await rig.toChild('camera:camera0', { type: 'camera.release' });
    expect(rig.context().cameras.map(({ id }) => id)).toEqual(['camera1']);
    expect(rig.child('camera:camera0')).toBeUndefined();
    await rig.send(attached(device([node()], 'usb:third')));
    expect(rig.context().cameras.at(-1)?.id).toBe('camera0');
  });

  test('a device that was plugged in while its camera was being forgotten is a new camera, with that number again', async () => {
    const rig = await ready({ cameras: [known({ name: 'Door' })] });
    const before = rig.child('camera:camera0');
    const forgotten = { type: 'forget.completes', output: { device: device(), atMs } };
    await rig.toChild('camera:camera0', forgotten);
    expect(rig.context().cameras).toMatchObject([
      { id: 'camera0', name: 'HD Webcam C270', lastSeenAtMs: atMs },
    ]);
    const after = rig.child('camera:camera0');
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
    expect(after?.getSnapshot().status).toBe('active');
  });

  test('a camera gets the name that an operator gives it; one that is taken gets a number; clients hear of it', async () => {
    const rig = await ready({ cameras: [known(), other] });
    await rig.send({ type: 'camera.rename', cameraId: 'camera0', name: 'Door' });
    expect(rig.context().cameras.map(({ name }) => name)).toEqual(['Door (2)', 'Door']);
    await rig.send({ type: 'camera.rename', cameraId: 'camera0', name: 'Gate' });
    await rig.send({ type: 'camera.rename', cameraId: 'camera1', name: 'Door' });
    expect(rig.context().cameras.map(({ name }) => name)).toEqual(['Gate', 'Door']);
    await rig.send({ type: 'camera.rename', cameraId: 'camera9', name: 'Nobody' });
    const heard = rig.parts.heard.filter(({ who }) => who === 'camera:camera0').map(({ event }) => event);
    expect(heard.filter(({ type }) => type === 'camera.rename')).toEqual([
      { type: 'camera.rename', name: 'Door (2)' },
      { type: 'camera.rename', name: 'Gate' },
    ]);
    expect(rig.emitted.filter(({ type }) => type === 'camera.renamed')).toHaveLength(3);
  });

  test('a crash of one camera is named and stops no sibling', async () => {
    const rig = await ready({ cameras: [known(), other] });
    await rig.toChild('camera:camera0', { type: 'defect.happens' });
    expect(rig.state()).toBe('working.partial');
    expect(rig.context().crashed).toEqual(['camera:camera0']);
    await rig.send(attached(otherDevice));
    await rig.send({ type: 'device.detached', handle: handleOf(otherDevice), atMs });
    expect(rig.parts.heardBy('camera:camera1').at(-1)).toBe('device.detached');
    await rig.send(attached());
    expect(rig.actor.getSnapshot().status).toBe('active');
  });
});

describe('what one actor has to tell many', () => {
  test('the media server and the storage are told to every stream', async () => {
    const rig = await ready({ cameras: [known(), other] });
    await rig.send(down);
    await rig.send({ type: 'paths.unseen' });
    await rig.send({ type: 'storage.changed', level: 'critical' });
    for (const id of ['camera0', 'camera1']) {
      expect(rig.parts.heardBy(`stream:${id}`)).toEqual([
        'server.up',
        'server.down',
        'path.unseen',
        'storage.changed',
      ]);
    }
  });

  test('each stream gets its own path of the list, or that there is none', async () => {
    const rig = await ready({ cameras: [known(), other] });
    await rig.send({ type: 'paths.observed', paths: [observed()], monoMs: 5, atMs: 6 });
    const last = (who: string) => rig.parts.heard.findLast((one) => one.who === who)?.event;
    expect(last('stream:camera0')).toEqual({ type: 'path.observed', path: observed(), monoMs: 5, atMs: 6 });
    expect(last('stream:camera1')).toEqual({ type: 'path.observed', path: null, monoMs: 5, atMs: 6 });
  });

  test('a drifted entry and a touched demand go to the one stream; strangers to nobody', async () => {
    const rig = await ready({ cameras: [known(), other] });
    rig.parts.heard.length = 0;
    await rig.send({ type: 'entries.compared', differing: ['camera1', 'nobody'] });
    await rig.parts.watchDemand.send({ type: 'demand.touched', path: 'camera0' });
    await rig.parts.watchDemand.send({ type: 'demand.touched', path: 'camera9' });
    expect(rig.parts.heard.map(({ who, event }) => [who, event.type])).toEqual([
      ['stream:camera1', 'entry.drifted'],
      ['stream:camera0', 'demand.touched'],
    ]);
  });

  test('a camera whose stream has just ended is passed over', async () => {
    const rig = await ready({ cameras: [known()] });
    await rig.toChild('camera:camera0', { type: 'stream.ends' });
    rig.parts.heard.length = 0;
    await rig.send(down);
    await rig.send({ type: 'paths.observed', paths: [], monoMs: 5, atMs: 6 });
    await rig.send({ type: 'entries.compared', differing: ['camera0'] });
    await rig.send({ type: 'demand.touched', path: 'camera0' });
    expect(rig.parts.heard).toEqual([]);
    expect(rig.state()).toBe('working.partial');
  });

  test('what streams want of the media server reaches it', async () => {
    const rig = await ready({ cameras: [known()] });
    await rig.send({ type: 'entry.wanted', name: 'camera0', entry: null });
    await rig.send({ type: 'watch.fast', name: 'camera0' });
    await rig.send({ type: 'watch.slow', name: 'camera0' });
    expect(rig.parts.heardBy('media-server')).toEqual([
      'media-server.start',
      'entry.wanted',
      'watch.fast',
      'watch.slow',
    ]);
  });

  test('clients hear of recordings', async () => {
    const rig = await ready({ cameras: [known()] });
    await rig.send({ type: 'recording.started', session: 's', cameraId: 'camera0' });
    await rig.send({
      type: 'recording.ended',
      session: 's',
      cameraId: 'camera0',
      finished: null,
      failed: true,
    });
    expect(rig.emitted.map(({ type }) => type)).toEqual(['recording.started', 'recording.ended']);
  });
});

describe('the end', () => {
  test('cameras first, then the media server, then it is stopped', async () => {
    const parts = new ServiceParts();
    parts.hanging.add('camera1');
    const rig = await start({ cameras: [known(), other] }, parts);
    await rig.send(stop);
    expect(rig.state()).toBe('stopping.cameras');
    expect(parts.heardBy('media-server')).not.toContain('media-server.stop');
    await rig.send({ type: 'camera.released', cameraId: 'camera1' });
    expect(parts.heardBy('media-server').at(-1)).toBe('media-server.stop');
    expect(rig.state()).toBe('stopped');
    expect(rig.done()).toBe(true);
    expect(parts.heard.find(({ event }) => event.type === 'camera.release')?.event).toMatchObject({
      reason: 'service_stopped',
    });
  });

  test('takes 20 s at most, whatever hangs', async () => {
    const parts = new ServiceParts();
    parts.hanging.add('camera0');
    const rig = await start({ cameras: [known()] }, parts);
    await rig.send(stop);
    await rig.advance(19_999);
    expect(rig.state()).toBe('stopping.cameras');
    await rig.advance(1);
    expect(rig.state()).toBe('stopped');
    const hangingServer = new ServiceParts();
    hangingServer.serverHangs = true;
    const second = await start({}, hangingServer);
    await second.send(stop);
    expect(second.state()).toBe('stopping.mediaServer');
    await second.advance(20_000);
    expect(second.state()).toBe('stopped');
  });

  test('during the start it stops what there is', async () => {
    const parts = new ServiceParts();
    parts.reapOrphans.answers = null;
    const rig = await start({ cameras: [known()] }, parts);
    await rig.send(stop);
    expect(rig.state()).toBe('stopped');
    expect(parts.reapOrphans.aborted).toBe(1);
  });

  test('a camera that crashed before does not hold it up', async () => {
    const rig = await ready({ cameras: [known(), other] });
    await rig.toChild('camera:camera0', { type: 'defect.happens' });
    await rig.send(stop);
    expect(rig.state()).toBe('stopped');
  });

  test('a camera that is plugged in while it stops is not taken in', async () => {
    const parts = new ServiceParts();
    parts.hanging.add('camera1');
    const rig = await start({ cameras: [known(), other] }, parts);
    await rig.send(stop);
    expect(rig.context().cameras.map(({ id }) => id)).toEqual(['camera1']);
    parts.inputs.clear();
    // camera0 itself, whose actor has ended already: taken for a newcomer it would overwrite its own wishes.
    await rig.send(attached());
    expect([...parts.inputs.keys()]).toEqual([]);
    await rig.send({ type: 'camera.released', cameraId: 'camera1' });
    expect(rig.state()).toBe('stopped');
  });

  test('a hand-over ends at once and tells nobody, in any state', async () => {
    for (const reach of [start, ready]) {
      const rig = await reach({ cameras: [known()] });
      rig.parts.heard.length = 0;
      await rig.send({ type: 'service.handOver' });
      expect(rig.state()).toBe('handedOver');
      expect(rig.done()).toBe(true);
      expect(rig.parts.heard).toEqual([]);
    }
    const parts = new ServiceParts();
    parts.hanging.add('camera0');
    const stopping = await start({ cameras: [known()] }, parts);
    await stopping.send(stop);
    await stopping.send({ type: 'service.handOver' });
    expect(stopping.state()).toBe('handedOver');
  });
});
