import { beforeEach, expect, test } from 'vitest';
import {
  type Candidate,
  chooseDeviceSource,
  FirstWorkingSource,
  type RealSourceKind,
  type SourceChoice,
} from '../../../src/adapters/udev/choose-source.ts';
import { CameraError } from '../../../src/machines/errors.ts';
import type { DeviceChange, DeviceNode } from '../../../src/machines/values.ts';
import { until } from '../../support/until.ts';

let stop: AbortController;
let reported: SourceChoice[];
let readied: RealSourceKind[];
const report = (choice: SourceChoice) => {
  reported.push(choice);
};
const handlers = {
  ready: (kind: RealSourceKind) => {
    readied.push(kind);
  },
  change: (_: DeviceChange) => {},
};

beforeEach(() => {
  stop = new AbortController();
  reported = [];
  readied = [];
});

const ended = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

/** Runs until it is called off; lists one node that bears its kind. */
function works(kind: RealSourceKind): Candidate {
  const nodes = [{ syspath: kind } as DeviceNode];
  return {
    kind,
    source: {
      watch: (on, signal) => {
        on.ready(kind);
        return ended(signal);
      },
      list: () => Promise.resolve(nodes),
    },
  };
}

/** Never gets ready. */
function refuses(kind: RealSourceKind, why: string): Candidate {
  const fail = () => Promise.reject(new CameraError('internal', why));
  return { kind, source: { watch: fail, list: fail } };
}

test('the first that works runs, and the others are not asked', async () => {
  const source = new FirstWorkingSource([works('udev'), refuses('udevadm', 'Must not be asked.')], report);
  const watching = source.watch(handlers, stop.signal);
  await until(() => readied.length > 0, { what: 'a source is ready' });
  expect(reported).toEqual([{ kind: 'udev', sentence: 'Devices are found by udev events.' }]);
  expect(await source.list(stop.signal)).toMatchObject([{ syspath: 'udev' }]);
  stop.abort();
  await watching;
});

test('says why the better ones do not run', async () => {
  const candidates = [refuses('udev', 'No addon.'), refuses('udevadm', 'No udevadm.'), works('polling')];
  const source = new FirstWorkingSource(candidates, report);
  const watching = source.watch(handlers, stop.signal);
  await until(() => readied.length > 0, { what: 'a source is ready' });
  expect(readied).toEqual(['polling']);
  expect(reported[0]?.sentence).toBe(
    'Devices are found by looking at /sys again and again. Not used: udev: No addon. udevadm: No udevadm.',
  );
  expect(await source.list(stop.signal)).toMatchObject([{ syspath: 'polling' }]);
  stop.abort();
  await watching;
});

test('a source that fails while it runs is not replaced behind the back of its watcher', async () => {
  const failing: Candidate = {
    kind: 'udev',
    source: {
      watch: async (on) => {
        on.ready('udev');
        throw new CameraError('internal', 'It broke.');
      },
      list: () => Promise.resolve([]),
    },
  };
  const source = new FirstWorkingSource([failing, works('polling')], report);
  await expect(source.watch(handlers, stop.signal)).rejects.toThrow('It broke.');
  expect(readied).toEqual(['udev']);
});

test('rejects with every reason when none works', async () => {
  const source = new FirstWorkingSource(
    [refuses('udev', 'No addon.'), refuses('polling', 'No /sys.')],
    report,
  );
  await expect(source.watch(handlers, stop.signal)).rejects.toMatchObject({
    reason: 'no_device_source',
    message: 'Devices cannot be watched. udev: No addon. polling: No /sys.',
  });
});

test('a source that was asked for by name is not replaced, and its own error comes out', async () => {
  const source = new FirstWorkingSource([refuses('udevadm', 'No udevadm.')], report);
  await expect(source.watch(handlers, stop.signal)).rejects.toMatchObject({ message: 'No udevadm.' });
});

test('polling by name works on this machine', async () => {
  const source = chooseDeviceSource({ mode: 'polling', pollIntervalMs: 1000, report });
  const watching = source.watch(handlers, stop.signal);
  await until(() => readied.length > 0, { what: 'the source is ready' });
  expect(reported.map((choice) => choice.kind)).toEqual(['polling']);
  stop.abort();
  await watching;
});
