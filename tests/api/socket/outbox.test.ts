import { describe, expect, test } from 'vitest';
import type { Notice } from '../../../src/api/notifier.ts';
import { Outbox } from '../../../src/api/socket/outbox.ts';

function camera(device: string, word: string): Notice {
  return {
    name: 'camera_status_update',
    device,
    coalesces: true,
    textFor: (host) => `${device} ${word} ${host}`,
  };
}

function recording(device: string, word: string): Notice {
  return { name: 'recording_status_update', device, coalesces: false, textFor: () => `${device} ${word}` };
}

function drain(outbox: Outbox): string[] {
  const texts: string[] = [];
  for (let text = outbox.next(); text !== undefined; text = outbox.next()) texts.push(text);
  return texts;
}

test("gives notices in their order, written for its client's host", () => {
  const outbox = new Outbox(10, 'h');
  for (const notice of [
    recording('camera0', 'STARTED'),
    camera('camera1', 'ERROR'),
    recording('camera0', 'STOPPED'),
  ])
    outbox.offer(notice);
  expect(drain(outbox)).toEqual(['camera0 STARTED', 'camera1 ERROR h', 'camera0 STOPPED']);
});

test('keeps only the last word on a camera, at the place of that last word', () => {
  const outbox = new Outbox(10, 'h');
  for (const notice of [
    camera('camera0', '1'),
    recording('camera0', 'STOPPED'),
    camera('camera1', '1'),
    camera('camera0', '2'),
  ])
    outbox.offer(notice);
  expect(drain(outbox)).toEqual(['camera0 STOPPED', 'camera1 1 h', 'camera0 2 h']);
});

test('a thousand flaps of two cameras never fill it', () => {
  const outbox = new Outbox(10, 'h');
  for (let n = 0; n < 1000; n += 1) outbox.offer(camera(`camera${n % 2}`, String(n)));
  expect(drain(outbox)).toEqual(['camera0 998 h', 'camera1 999 h']);
});

test('beyond its limit the oldest go, and the client is told first and once how many', () => {
  const outbox = new Outbox(10, 'h');
  for (let n = 0; n < 25; n += 1) outbox.offer(recording('camera0', String(n)));
  const [lagged, ...rest] = drain(outbox);
  expect(JSON.parse(lagged!)).toEqual({ jsonrpc: '2.0', method: 'lagged', params: { dropped: 15 } });
  expect(rest).toEqual(Array.from({ length: 10 }, (_, n) => `camera0 ${n + 15}`));
  outbox.offer(recording('camera0', 'later'));
  expect(drain(outbox)).toEqual(['camera0 later']);
});

describe('a hold', () => {
  test('keeps back its own kind of its own camera, and nothing else', () => {
    const outbox = new Outbox(10, 'h');
    const frame = outbox.openFrame();
    frame.hold('recording_status_update', 'camera0');
    for (const notice of [
      recording('camera0', 'STARTED'),
      recording('camera1', 'STARTED'),
      camera('camera0', 'ERROR'),
    ])
      outbox.offer(notice);
    expect(drain(outbox)).toEqual(['camera1 STARTED', 'camera0 ERROR h']);
    frame.release();
    expect(drain(outbox)).toEqual(['camera0 STARTED']);
  });

  test('of every camera ends with the last frame that holds', () => {
    const outbox = new Outbox(10, 'h');
    const [first, second] = [outbox.openFrame(), outbox.openFrame()];
    first.hold('camera_status_update', null);
    second.hold('camera_status_update', null);
    outbox.offer(camera('camera0', 'gone'));
    first.release();
    first.release();
    expect(drain(outbox)).toEqual([]);
    second.release();
    expect(drain(outbox)).toEqual(['camera0 gone h']);
  });
});
