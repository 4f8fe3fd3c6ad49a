/**
 * Owns the one media server: its process where it is managed, its health with a circuit breaker, whether it sees our
 * folders, and the regular looks at its paths. Never writes a path of a stream. In: `entry.wanted` (for the launch file and the comparison), `watch.fast`,
 * `watch.slow`, `media-server.stop`. Reports `server.up`, `server.down`, `paths.observed`, `paths.unseen`, `entries.compared`,
 * `folders.tested`, `media-server.stopped`. Numbers: docs/machines/media-server.md.
 */
import { foldersRegion } from './media-server-folders.ts';
import { healthRegion } from './media-server-health.ts';
import { processRegion } from './media-server-process.ts';
import { mediaServerSetup } from './media-server-setup.ts';
import { compareRegion, watchRegion } from './media-server-watch.ts';

export const mediaServerMachine = mediaServerSetup.createMachine({
  id: 'media-server',
  description: 'The media server: its process, its health, and regular looks at its paths.',
  context: ({ input }) => ({
    ...input,
    process: null,
    info: null,
    failures: 0,
    confirmed: 0,
    openings: 0,
    opened: 0,
    restarts: 0,
    wanted: {},
    fast: [],
    trouble: null,
    folders: null,
    foldersOf: null,
    folderTrouble: null,
  }),
  type: 'parallel',
  on: {
    'entry.wanted': { actions: { type: 'storeWanted', params: ({ event }) => event } },
    'watch.fast': { actions: { type: 'addFast', params: ({ event }) => ({ name: event.name }) } },
    'watch.slow': { actions: { type: 'removeFast', params: ({ event }) => ({ name: event.name }) } },
  },
  states: {
    process: processRegion,
    health: healthRegion,
    folders: foldersRegion,
    watch: watchRegion,
    compare: compareRegion,
  },
});
