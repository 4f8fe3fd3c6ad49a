import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { monitorLines, type UdevEvent, udevRecords } from '../../../src/adapters/udev/udevadm-text.ts';

const fixture = (name: string) => readFileSync(`${import.meta.dirname}/fixtures/${name}`, 'utf8');
const INTERFACE = '/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0';

function readMonitor(text: string): { events: UdevEvent[]; readyAfterEvents: number[] } {
  const events: UdevEvent[] = [];
  const readyAfterEvents: number[] = [];
  const line = monitorLines({
    ready: () => readyAfterEvents.push(events.length),
    event: (event) => events.push(event),
  });
  // What stands behind the last line end is no line yet.
  for (const each of text.split('\n').slice(0, -1)) line(each);
  return { events, readyAfterEvents };
}

test('the monitor is ready once, when its banner has ended, before any event', () => {
  expect(readMonitor(fixture('monitor.txt')).readyAfterEvents).toEqual([0]);
});

test('the monitor is not ready while udevadm has only said that it will print', () => {
  const firstLine = 'monitor will print the received events for:\n';
  expect(readMonitor(firstLine).readyAfterEvents).toEqual([]);
});

test('every block of the monitor is one event with its properties', () => {
  const { events } = readMonitor(fixture('monitor.txt'));
  expect(events.map(({ action, devpath }) => [action, devpath])).toEqual([
    ['add', `${INTERFACE}/video4linux/video0`],
    ['add', `${INTERFACE}/video4linux/video1`],
    ['change', `${INTERFACE}/video4linux/video0`],
    ['remove', `${INTERFACE}/video4linux/video1`],
    ['remove', `${INTERFACE}/video4linux/video0`],
  ]);
  expect(events[0]?.properties).toMatchObject({
    DEVNAME: '/dev/video0',
    ID_V4L_PRODUCT: 'HD Pro Webcam C920',
    ID_V4L_CAPABILITIES: ':capture:',
    ID_SERIAL_SHORT: '1F2E3D4C',
    ID_MODEL_ENC: 'HD\\x20Pro\\x20Webcam\\x20C920',
  });
  expect(events[1]?.properties.ID_V4L_CAPABILITIES).toBe(':');
});

test('a block that is cut short is no event', () => {
  const text = fixture('monitor.txt');
  const cut = text.slice(0, text.indexOf('ID_V4L_VERSION'));
  expect(readMonitor(cut).events).toEqual([]);
});

test('a value may hold equals signs and may be empty', () => {
  const { events } = readMonitor(
    'banner\n\nUDEV  [1.0] add      /devices/x (y)\nACTION=add\nDEVPATH=/devices/x\nA=b=c\nE=\n\n',
  );
  expect(events[0]?.properties).toMatchObject({ A: 'b=c', E: '' });
});

test('every record of udevadm info is one device with its properties', () => {
  const records = udevRecords(fixture('info.txt'));
  expect(records.map((record) => record.devpath)).toEqual([
    `${INTERFACE}/video4linux/video0`,
    `${INTERFACE}/video4linux/video1`,
  ]);
  expect(records[1]?.properties).toMatchObject({
    DEVNAME: '/dev/video1',
    ID_PATH: 'pci-0000:00:14.0-usb-0:1:1.0',
  });
  expect(Object.keys(records[0]!.properties)).not.toContain('P');
});

test('no output is no devices', () => {
  expect(udevRecords('')).toEqual([]);
});
