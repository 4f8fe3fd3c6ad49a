/** The drawings as the page uses them: every state and every step of every machine can be shown. */
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { litOn, SheetBook, shownAs } from '../../src/inspector/model/sheets.ts';
import { edgeOn, takenBy } from '../../src/inspector/model/taken.ts';
import type { Charts } from '../../src/inspector/model/wire.ts';
import { realCharts } from './records.ts';

const FOLDER = 'statecharts';
const drawings = Object.fromEntries(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.svg'))
    .map((name) => [name.slice(0, -4), readFileSync(`${FOLDER}/${name}`, 'utf8')]),
);
const book = new SheetBook(drawings);
let charts: Charts;
beforeAll(async () => {
  charts = await realCharts();
});

test('every state of every machine is drawn on the sheet that is opened for it', () => {
  const lost = Object.values(charts).flatMap(({ states }) =>
    states
      .filter(({ id, parent }) => parent !== null && book.of(id)?.states.has(id) !== true)
      .map(({ id }) => id),
  );
  expect(lost).toEqual([]);
});

test('every transition is an arrow on the sheet of the state that it enters, or of the one that it leaves', () => {
  const lost = Object.values(charts).flatMap(({ transitions }) =>
    transitions.flatMap(({ source, target }) => {
      if (target === null) return [];
      const sheets = [book.of(target), book.of(source)].filter((sheet) => sheet !== undefined);
      return sheets.some((sheet) => edgeOn(sheet, { source, target }) !== null)
        ? []
        : `${source} > ${target}`;
    }),
  );
  expect(lost).toEqual([]);
});

test('the sheet is the one where the actor moved; regions that did not move are seen together', () => {
  const best = (states: string[], before: string[] | null) =>
    book.best(states[0]!.split('.')[0]!, states, before === null ? null : { before, after: states })?.name;
  expect(best(['stream.live.flowing'], ['stream.starting.waiting'])).toBe('stream.live');
  expect(best(['stream.backoff'], ['stream.live.flowing'])).toBe('stream');
  const regions = [
    'media-server.process.running',
    'media-server.health.healthy.waiting',
    'media-server.watch.resting',
  ];
  expect(best(regions, null)).toBe('media-server');
  expect(best(regions, ['media-server.process.launching', ...regions.slice(1)])).toBe('media-server.process');
  expect(best(regions, [...regions.slice(0, 2), 'media-server.watch.looking'])).toBe('media-server');
});

test('on the overview a closed box lights up for the state inside it, and around a state all that holds it', () => {
  const overview = book.get('stream')!;
  expect(shownAs(overview, 'stream.live.suspect.waiting')).toBe('stream.live');
  expect([...litOn(overview, ['stream.live.flowing']).active]).toEqual(['stream.live']);
  const lit = litOn(book.get('stream.live')!, ['stream.live.flowing']);
  expect([...lit.active, ...lit.around]).toEqual(['stream.live.flowing', 'stream.live']);
});

test('the arrow of a step is found by its event, over states that are left at once', () => {
  const edges = (machine: string, event: string, before: string, after: string) =>
    takenBy(charts[machine], event, [`${machine}.${before}`], [`${machine}.${after}`]).map(
      ({ source, target }) => `${source} > ${target}`,
    );
  expect(edges('camera', 'device.detached', 'ready.confirmed', 'disconnected')).toEqual([
    'camera > camera.disconnected',
  ]);
  expect(edges('watchdog', 'xstate.after.limit.watchdog.fresh', 'fresh', 'late')).toEqual([
    'watchdog.fresh > watchdog.late',
  ]);
  const way = edges('stream', 'watchdog.late', 'live.flowing', 'live.suspect.checkingTap');
  expect(way[0]).toBe('stream.live.flowing > stream.live.suspect');
});

test('a machine that nobody knows has no sheet and no way', () => {
  expect(book.best('toaster', ['toaster.hot'], null)).toBeUndefined();
  expect(takenBy(undefined, 'pop', ['toaster.hot'], ['toaster.cold'])).toEqual([]);
});
