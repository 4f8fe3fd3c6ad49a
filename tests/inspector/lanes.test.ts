/** The order and the names of lanes. */
import { expect, test } from 'vitest';
import { lanesOf, namesOf } from '../../src/inspector/model/lanes.ts';
import { Story } from '../../src/inspector/model/story.ts';
import { life, record } from './records.ts';

const FIRST = 'recording:camera0_2026-11-27_09-39-40-346';
const SECOND = 'recording:camera0_2026-11-27_10-00-01-002';
const OF_CAMERA0 = [
  ...['camera:camera0', 'stream:camera0', FIRST, SECOND, 'stream:camera0/path', 'controls:camera0'],
];

function lanesOfActors(...actors: readonly string[]) {
  const records = actors.map((actor, index) =>
    actor === 'life'
      ? life(index + 1)
      : record({ seq: index + 1, actor, machine: actor.split(':')[0]!, from: '' }),
  );
  const ended = record({
    ...{ seq: actors.length + 1, actor: FIRST, machine: 'recording' },
    ended: 'done',
  });
  return lanesOf(new Story([...records, ended], {}, null));
}

test('lanes of one camera stand together over several lives, the oldest recording first, ended ones among them', () => {
  const lanes = lanesOfActors(
    ...['service', 'camera:camera1', 'stream:camera0', 'camera:camera0', 'controls:camera0', SECOND],
    ...['life', 'camera:camera0', 'stream:camera0', 'stream:camera0/path', FIRST, 'camera:camera10'],
  );
  expect(lanes.map(({ actor }) => actor)).toEqual([
    ...['service', ...OF_CAMERA0, 'camera:camera1', 'camera:camera10'],
  ]);
});

test('a recording stays with its camera where nothing is known of what is above it', () => {
  const lanes = lanesOfActors('camera:camera1', FIRST, 'stream:camera1', 'stream:camera0/path');
  expect(lanes.map(({ actor }) => actor)).toEqual([
    ...[FIRST, 'stream:camera0/path', 'camera:camera1', 'stream:camera1'],
  ]);
});

test('names tell lanes apart: recordings by their time, and by their camera where its lane is not shown', () => {
  const told = (actors: readonly string[]) =>
    [...namesOf(lanesOfActors(...actors)).values()].map(({ camera, middle, time }) =>
      `${camera} ${middle} ${time}`.trim(),
    );
  expect(told(['media-server', ...OF_CAMERA0])).toEqual([
    ...['media-server', 'camera0', 'stream', 'recording 09:39:40', 'recording 10:00:01', 'path', 'controls'],
  ]);
  expect(told(['stream:camera1', FIRST, SECOND])).toEqual([
    ...['camera0 recording 09:39:40', 'camera0 recording 10:00:01', 'camera1 stream'],
  ]);
});
