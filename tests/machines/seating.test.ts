/**
 * Which number a camera gets and keeps, told as stories of plugs. Each story runs devices through the same functions as
 * the service does: what is plugged in → devices → known cameras.
 */
import { describe, expect, test } from 'vitest';
import { deviceReports } from '../../src/machines/discovery.ts';
import { handleOf, newcomer } from '../../src/machines/identity.ts';
import {
  agreed,
  cameraFor,
  type Seats,
  seatedAt,
  withDevice,
  withoutSeatAt,
  withoutSeatOf,
  withSeat,
} from '../../src/machines/seating.ts';
import type { DeviceNode, Identity, KnownCamera } from '../../src/machines/values.ts';
import { known, node } from '../support/machine-fixtures.ts';

/** What a host knows and has plugged in. */
class Host {
  cameras: readonly KnownCamera[];
  seats: Seats = [];
  nodes: readonly DeviceNode[] = [];

  constructor(cameras: readonly KnownCamera[] = []) {
    this.cameras = cameras;
  }

  /** Everything that is plugged in from now on. */
  has(...nodes: readonly DeviceNode[]): this {
    for (const report of deviceReports(this.nodes, nodes, 0)) {
      if (report.type === 'device.detached') {
        this.seats = withoutSeatAt(this.seats, report.handle);
      } else if (report.type === 'device.attached') {
        const { device } = report;
        const one = cameraFor(device, this.cameras, this.seats) ?? newcomer(device, this.cameras, 1);
        if (!this.cameras.includes(one)) this.cameras = [...this.cameras, one];
        this.cameras = withDevice(this.cameras, one.id, device);
        this.seats = withSeat(this.seats, { handle: handleOf(device), id: one.id });
      } else if (report.type === 'device.changed') {
        const id = seatedAt(this.seats, handleOf(report.device));
        if (id !== undefined) this.cameras = withDevice(this.cameras, id, report.device);
      }
    }
    this.nodes = nodes;
    return this;
  }

  /** The service ends and starts again: only the records stay, as a wish file gives them back. */
  reboot(): this {
    this.cameras = JSON.parse(JSON.stringify(this.cameras));
    this.seats = [];
    this.nodes = [];
    return this;
  }

  forget(id: string): this {
    this.seats = withoutSeatOf(this.seats, id);
    this.cameras = agreed(this.cameras.filter((camera) => camera.id !== id));
    return this;
  }

  /** `camera0@port` of what is plugged in, in the order of numbers. */
  get seated(): readonly string[] {
    const places = this.seats.map(({ handle, id }) => `${id}@${/1-(\d)/.exec(handle)?.[1]}`);
    return places.toSorted();
  }

  identity(id: string): Identity {
    return this.cameras.find((camera) => camera.id === id)!.identity;
  }
}

let made = 0;
/** A USB camera in a port; its node number differs each time, since that must not matter. */
function usb(port: number, serial: string | null, fields: Partial<DeviceNode> = {}): DeviceNode {
  made += 1;
  return node({
    syspath: `/sys/devices/usb1/1-${port}/1-${port}:1.0/video4linux/video${made}`,
    devicePath: `/dev/video${made}`,
    portPath: `pci-0000:00:14.0-usb-0:${port}:1.0`,
    parentSyspath: `/sys/devices/usb1/1-${port}`,
    serial,
    ...fields,
  });
}

describe('unique serials', () => {
  test('swapped ports: each camera keeps its number', () => {
    const host = new Host().has(usb(1, 'A'), usb(2, 'B'));
    expect(host.seated).toEqual(['camera0@1', 'camera1@2']);
    expect(host.has().has(usb(1, 'B'), usb(2, 'A')).seated).toEqual(['camera0@2', 'camera1@1']);
    expect(host.reboot().has(usb(3, 'B'), usb(1, 'A')).seated).toEqual(['camera0@1', 'camera1@3']);
  });

  test('another camera in the same port is another camera', () => {
    const host = new Host().has(usb(1, 'A')).has(usb(1, 'B'));
    expect(host.seated).toEqual(['camera1@1']);
  });
});

describe('equal serials', () => {
  test('the first camera keeps its number when its twin comes; both are known by their ports and say so', () => {
    const first = usb(1, 'S');
    const host = new Host().has(first).has(first, usb(2, 'S'));
    expect(host.seated).toEqual(['camera0@1', 'camera1@2']);
    for (const id of ['camera0', 'camera1'])
      expect(host.identity(id)).toMatchObject({ matchedBy: 'port', ambiguous: true });
  });

  test('nothing flips when the twin goes, nor when it comes back, nor over a reboot', () => {
    const first = usb(1, 'S');
    const host = new Host().has(first).has(first, usb(2, 'S')).has(first);
    expect(host.seated).toEqual(['camera0@1']);
    expect(host.identity('camera0'), 'it is remembered').toMatchObject({
      matchedBy: 'port',
      ambiguous: true,
    });
    expect(host.has(first, usb(2, 'S')).seated).toEqual(['camera0@1', 'camera1@2']);
    expect(host.has().has(usb(2, 'S')).seated, 'the second alone').toEqual(['camera1@2']);
    expect(host.reboot().has(usb(2, 'S'), usb(1, 'S')).seated).toEqual(['camera0@1', 'camera1@2']);
    expect(host.reboot().has(usb(2, 'S')).seated, 'the second alone, after a reboot').toEqual(['camera1@2']);
  });

  test('swapped ports cannot be told: each port keeps its number', () => {
    const host = new Host().has(usb(1, 'S'), usb(2, 'S')).has().has(usb(2, 'S'), usb(1, 'S'));
    expect(host.seated).toEqual(['camera0@1', 'camera1@2']);
  });

  test('one of them in a third port is a newcomer: it could be either', () => {
    const host = new Host().has(usb(1, 'S'), usb(2, 'S')).has();
    expect(host.has(usb(3, 'S')).seated).toEqual(['camera2@3']);
  });

  test('a twin that is forgotten makes the serial unique again', () => {
    const host = new Host().has(usb(1, 'S'), usb(2, 'S')).has(usb(1, 'S')).forget('camera1');
    expect(host.identity('camera0')).toMatchObject({ matchedBy: 'serial', ambiguous: false });
    expect(host.has().has(usb(3, 'S')).seated).toEqual(['camera0@3']);
  });

  test('at a start with both plugged in, the one where the known camera was last is that camera, whatever the order', () => {
    for (const nodes of [
      [usb(1, 'S'), usb(2, 'S')],
      [usb(2, 'S'), usb(1, 'S')],
    ]) {
      const host = new Host()
        .has(usb(1, 'S'))
        .reboot()
        .has(...nodes);
      expect(host.seated).toEqual(['camera0@1', 'camera1@2']);
    }
  });

  test('at a start with both in other ports, the first is the known camera, and stays it', () => {
    const host = new Host().has(usb(1, 'S')).reboot().has(usb(3, 'S'), usb(2, 'S'));
    expect(host.seated).toEqual(['camera0@3', 'camera1@2']);
    expect(host.reboot().has(usb(2, 'S'), usb(3, 'S')).seated).toEqual(['camera0@3', 'camera1@2']);
  });

  test('two cameras in one device stay two when a second such device comes', () => {
    const both = (port: number) => ['00', '02'].map((interfaceNumber) => usb(port, 'S', { interfaceNumber }));
    const first = both(1);
    const host = new Host().has(...first).has(...first, ...both(2));
    expect(host.seated).toEqual(['camera0@1', 'camera1@1', 'camera2@2', 'camera3@2']);
  });
});

describe('no serial, or one that every unit bears', () => {
  test.each([null, '200901010001'])(
    'serial %j: the port decides, also for units that were never seen together',
    (serial) => {
      const host = new Host().has(usb(1, serial));
      expect(host.has().has(usb(2, serial)).seated).toEqual(['camera1@2']);
      expect(host.has().has(usb(1, serial)).seated).toEqual(['camera0@1']);
      expect(host.identity('camera0')).toMatchObject({ matchedBy: 'port', ambiguous: false });
    },
  );

  test('another model in that port is another camera', () => {
    const dongle = { vendorId: '534d', productId: '2109' };
    const host = new Host().has(usb(1, null)).has(usb(1, null, dongle));
    expect(host.seated).toEqual(['camera1@1']);
    expect(host.has(usb(1, null)).seated).toEqual(['camera0@1']);
  });

  test('models that share a port name, as the two sides of a USB 3 controller may, stay apart', () => {
    const onUsb3 = usb(1, null, {
      vendorId: '534d',
      productId: '2109',
      parentSyspath: '/sys/devices/usb2/2-1',
    });
    const host = new Host().has(usb(1, null), onUsb3).has(onUsb3).has(onUsb3, usb(1, null));
    expect(host.cameras.map(({ id }) => id)).toEqual(['camera0', 'camera1']);
  });
});

describe('records of version 0.1.0', () => {
  const old = (id: string, key: string, matchedBy: Identity['matchedBy'], ambiguous = false) =>
    known({ id, identity: { key, matchedBy, ambiguous } });

  test('are found by the key that they have, and completed', () => {
    const host = new Host([
      old('camera0', 'usb:046d:0825:A:00', 'serial'),
      old('camera1', 'port:pci-0000:00:14.0-usb-0:2:1.0:00', 'port'),
      old('camera2', 'port:pci-0000:00:14.0-usb-0:3:1.0:00', 'port', true),
      old('camera3', 'usb:046d:0825:200901010001:00', 'serial'),
    ]);
    host.has(usb(4, '200901010001'), usb(3, 'S'), usb(2, null), usb(1, 'A'));
    expect(host.seated).toEqual(['camera0@1', 'camera1@2', 'camera2@3', 'camera3@4']);
    expect(host.identity('camera3')).toMatchObject({
      matchedBy: 'port',
      serialKey: null,
      model: '046d:0825',
    });
    expect(host.identity('camera2')).toMatchObject({ serialKey: 'usb:046d:0825:S:00' });
  });

  test('of a loopback are found by the number that was in its key', () => {
    const host = new Host([old('camera0', 'path:/sys/devices/virtual/video4linux/video10', 'path')]);
    const loopback = node({
      syspath: '/sys/devices/virtual/video4linux/video10',
      vendorId: null,
      productId: null,
      serial: null,
      portPath: null,
      interfaceNumber: null,
      parentSyspath: null,
      productName: 'LoopCam',
    });
    host.has(loopback);
    expect(host.identity('camera0').key).toBe('path:virtual/LoopCam');
    const renumbered = { ...loopback, syspath: '/sys/devices/virtual/video4linux/video4' };
    expect(host.has(renumbered).seats.map(({ id }) => id)).toEqual(['camera0']);
  });

  test('that nobody has plugged in yet do not make a newcomer ambiguous', () => {
    const host = new Host([old('camera0', 'port:elsewhere', 'port', true)]).has(usb(1, 'S'));
    expect(host.identity('camera1')).toMatchObject({ matchedBy: 'serial', ambiguous: false });
  });
});
