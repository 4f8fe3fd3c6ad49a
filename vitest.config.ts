/**
 * Two projects: `fast` needs nothing but Node and is what `npm run check` runs; `real` starts real programs (ffmpeg,
 * media servers, udev, the service itself) and runs one file after the other, since two cores would be shared.
 */
import { defineConfig } from 'vitest/config';

const FAST = '{api,cli,config,house,machines,models,scripts,wiring}';
const REAL = '{adapters,contract,faults,flows,hotplug,simulators}';

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'fast', include: [`tests/${FAST}/**/*.test.ts`], sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: [`tests/${REAL}/**/*.test.ts`],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
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
