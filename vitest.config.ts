/**
 * Six projects. `fast` needs nothing but Node and is what `npm run check` runs. `parts` starts real programs (ffmpeg,
 * media servers, udev). `stories` runs the whole service, two files at a time: most of a story is waiting. `timed` is
 * what nothing may run beside.
 * `browser` needs Chromium, and for streams a real MediaMTX: `npm run test:browser` runs it, `npm test` does not.
 * `lab` boots one emulated machine for all its files: `npm run test:lab` runs it, `npm test` does not.
 */
import { defineConfig } from 'vitest/config';

const FAST = '{api,cli,config,house,inspector,machines,models,scripts,simulation,telemetry,wiring}';
const PARTS = '{adapters,contract,hotplug,simulators}';
const STORIES = '{faults,flows}';
/** Times plugs. */
const TIMED = 'tests/hotplug/plugs.test.ts';
const BROWSER = 'browser';
const LAB = 'lab';

/** An emulated machine is ten times slower than the one it runs on. Every wait ends early. */
const LAB_LIMITS = { testTimeout: 600_000, hookTimeout: 600_000 };

/**
 * Real processes on a loaded machine race with our deadlines now and then. Where nobody watches, such a test gets one
 * second try, and the end of the run names it; by hand there is none.
 */
const retry = process.env.CI ? 1 : 0;

const project = (name: string, folders: string, groupOrder: number, more: object) => ({
  extends: true as const,
  test: { name, include: [`tests/${folders}/**/*.test.ts`], sequence: { groupOrder }, ...more },
});

export default defineConfig({
  test: {
    projects: [
      project('fast', FAST, 0, { maxWorkers: '100%' }),
      project('parts', PARTS, 1, { maxWorkers: '100%', retry, exclude: [TIMED] }),
      project('stories', STORIES, 2, { maxWorkers: 2, retry }),
      project('timed', 'hotplug', 3, { include: [TIMED], fileParallelism: false, retry }),
      project('browser', BROWSER, 4, { fileParallelism: false, retry }),
      project('lab', LAB, 5, {
        fileParallelism: false,
        retry,
        ...LAB_LIMITS,
        globalSetup: ['tests/lab/boot.ts'],
      }),
    ],
    globalSetup: ['tests/support/build.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['json-summary'],
      reportOnFailure: true,
      // The rules of the house are proven line by line; elsewhere the figure is shown and not chased.
      thresholds: { 'src/machines/**': { lines: 100 } },
    },
  },
});
