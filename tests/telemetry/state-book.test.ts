import { describe, expect, test } from 'vitest';
import { type ActorState, StateBook, type Stay, statesOf } from '../../src/telemetry/state-book.ts';

const stream = (story: string, key = 's1'): ActorState => ({
  key,
  actor: 'stream:camera0',
  machine: 'stream',
  story,
});
const server = (story: string): ActorState => ({
  key: 'm',
  actor: 'media-server',
  machine: 'media-server',
  story,
});

function openBook() {
  const moves: string[] = [];
  const stays: Stay[] = [];
  const book = new StateBook({
    moved: (machine, from, to) => moves.push(`${machine}: ${from} > ${to}`),
    stayed: (stay) => stays.push(stay),
  });
  const told = () => stays.map(({ state, durationMs }) => `${state} ${durationMs}`);
  return { book, moves, told };
}

test('a stay is counted when the state is left, with its length', () => {
  const { book, moves, told } = openBook();
  book.moved(stream('idle'), 1000);
  expect(told()).toEqual([]);
  book.moved(stream('starting.waiting.publishing'), 4000);
  book.moved(stream('live.flowing'), 4250);
  expect(moves).toEqual([
    'stream: idle > starting.waiting.publishing',
    'stream: starting.waiting.publishing > live.flowing',
  ]);
  expect(told()).toEqual(['idle 3000', 'starting.waiting.publishing 250']);
});

test('where everybody is, and how long already, is told at any moment', () => {
  const { book } = openBook();
  book.moved(stream('idle'), 1000);
  book.moved(stream('faulted'), 2000);
  expect(book.present(602_000)).toEqual([
    { actor: 'stream:camera0', machine: 'stream', state: 'faulted', durationMs: 600_000 },
  ]);
});

test('an actor that ended is nowhere, and its last stay is counted once', () => {
  const { book, told } = openBook();
  book.moved(stream('live.flowing'), 0);
  book.ended('s1', 700);
  book.ended('s1', 900);
  expect(told()).toEqual(['live.flowing 700']);
  expect(book.present(1000)).toEqual([]);
});

test('a step that changes one region leaves the stay in the others alone', () => {
  const { book, moves, told } = openBook();
  book.moved(server('process launching.spawning, health unknown, folders ours'), 0);
  book.moved(server('process running, health healthy, folders ours'), 400);
  book.moved(server('process running, health failing, folders ours'), 60_400);
  expect(moves).toEqual([
    'media-server: process.launching.spawning > process.running',
    'media-server: health.unknown > health.healthy',
    'media-server: health.healthy > health.failing',
  ]);
  expect(told()).toEqual(['process.launching.spawning 400', 'health.unknown 400', 'health.healthy 60000']);
  expect(book.present(61_000).map(({ state, durationMs }) => `${state} ${durationMs}`)).toEqual([
    'process.running 60600',
    'health.failing 600',
    'folders.ours 61000',
  ]);
});

describe('states of a story', () => {
  test.each([
    ['live.flowing', ['live.flowing']],
    ['level ok', ['level.ok']],
    ['process running, health tripped.open', ['process.running', 'health.tripped.open']],
  ])('%s', (story, states) => {
    expect(statesOf(story).map(([, state]) => state)).toEqual(states);
  });
});
