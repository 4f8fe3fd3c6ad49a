/** Regions of the media server's chart: the regular looks at its paths and at its whole configuration. */
import { mediaServerSetup } from './media-server-setup.ts';

export const watchRegion = mediaServerSetup.createStateConfig({
  description: 'One look at all paths for all streams.',
  initial: 'off',
  states: {
    off: {
      description: 'Nothing to see while the server is down.',
      on: { 'health.good': { target: 'looking', actions: 'reportUp' } },
    },
    looking: {
      on: { 'health.bad': { target: 'off', actions: 'reportDown' } },
      invoke: {
        id: 'listPaths',
        src: 'listPaths',
        onDone: [
          {
            guard: { type: 'someMissing', params: ({ event }) => event.output },
            target: 'resting',
            actions: [{ type: 'reportPaths', params: ({ event }) => event.output }, 'announceMissing'],
          },
          { target: 'resting', actions: { type: 'reportPaths', params: ({ event }) => event.output } },
        ],
        // What it means is the health region's to say; who counts bytes has to know that there was nothing to see.
        onError: { target: 'resting', actions: 'reportUnseen' },
      },
    },
    resting: {
      on: {
        'health.bad': { target: 'off', actions: 'reportDown' },
        'watch.fast': {
          target: 'looking',
          actions: { type: 'addFast', params: ({ event }) => ({ name: event.name }) },
        },
      },
      after: { watchInterval: 'looking' },
    },
  },
});

export const compareRegion = mediaServerSetup.createStateConfig({
  description: 'The whole configuration against the wishes.',
  initial: 'off',
  states: {
    off: { on: { 'health.good': 'comparing' } },
    comparing: {
      on: { 'health.bad': 'off' },
      invoke: {
        id: 'compareEntries',
        src: 'compareEntries',
        input: ({ context }) => ({ entries: Object.values(context.wanted) }),
        onDone: {
          target: 'resting',
          actions: { type: 'reportCompared', params: ({ event }) => event.output },
        },
        onError: 'resting',
      },
    },
    resting: {
      on: {
        'health.bad': 'off',
        'paths.missing': {
          target: 'comparing',
          description: 'its configuration was replaced behind our back, in the same incarnation',
        },
      },
      after: { compareInterval: 'comparing' },
    },
  },
});
