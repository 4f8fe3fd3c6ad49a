/** Region of the media server's chart: the server's process, where it is ours. */
import { raise } from 'xstate';
import { mediaServerSetup } from './media-server-setup.ts';

export const processRegion = mediaServerSetup.createStateConfig({
  description: "The server's process, where it is ours.",
  initial: 'notStarted',
  states: {
    notStarted: {
      description: 'Waiting for the service to know what every path should be.',
      on: {
        'media-server.start': [
          { guard: 'managed', target: 'adopting' },
          { target: 'external', actions: 'announceRunning' },
        ],
        'media-server.stop': { target: 'stopped', actions: 'reportStopped' },
      },
    },
    external: {
      description: "Somebody else's process; only its health is ours to know.",
      on: { 'media-server.stop': { target: 'stopped', actions: ['announceGone', 'reportStopped'] } },
    },
    adopting: {
      description: 'Looking for a server that an earlier life of the service started.',
      invoke: {
        id: 'findServer',
        src: 'findServer',
        onDone: [
          {
            guard: { type: 'found', params: ({ event }) => ({ process: event.output }) },
            target: 'running',
            actions: [
              { type: 'storeProcess', params: ({ event }) => ({ process: event.output }) },
              'announceRunning',
            ],
          },
          { target: 'launching' },
        ],
        onError: 'launching',
      },
      on: { 'media-server.stop': 'stopping' },
    },
    launching: {
      description:
        'Spawned with a file that holds every path as it should be; waiting for the API to answer.',
      initial: 'spawning',
      on: { 'media-server.stop': 'stopping' },
      after: { launchTimeout: { target: 'ending', description: 'it never answered' } },
      states: {
        spawning: {
          invoke: {
            id: 'launchServer',
            src: 'launchServer',
            input: ({ context }) => ({ entries: Object.values(context.wanted) }),
            onDone: {
              target: 'answering',
              actions: { type: 'storeProcess', params: ({ event }) => ({ process: event.output }) },
            },
            onError: {
              target: '#media-server.process.exited',
              actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
            },
          },
        },
        answering: {
          description: 'Its API is asked until it answers.',
          invoke: { id: 'watchLaunch', src: 'watchServer', input: ({ context }) => context.process },
          on: {
            'process.ended': {
              target: '#media-server.process.exited',
              actions: { type: 'storeEnd', params: ({ event }) => ({ end: event.end }) },
            },
          },
          initial: 'asking',
          states: {
            asking: {
              invoke: {
                id: 'askLaunched',
                src: 'askInfo',
                onDone: {
                  target: '#media-server.process.running',
                  actions: [
                    raise(({ event }) => ({ type: 'server.answered', info: event.output })),
                    'announceRunning',
                  ],
                },
                onError: {
                  target: 'pausing',
                  actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
                },
              },
            },
            pausing: { after: { launchCheckInterval: 'asking' } },
          },
        },
      },
    },
    running: {
      description: "The process runs; whether it is well is the other region's business.",
      invoke: { id: 'watchServer', src: 'watchServer', input: ({ context }) => context.process },
      on: {
        'process.ended': {
          target: 'exited',
          actions: [{ type: 'storeEnd', params: ({ event }) => ({ end: event.end }) }, 'announceGone'],
          description: 'not asked for: a failure, whatever the code',
        },
        'breaker.stuck': { target: 'ending', actions: 'announceGone' },
        'media-server.stop': { target: 'stopping', actions: 'announceGone' },
      },
      after: { restartForget: { actions: 'clearRestarts' } },
    },
    ending: {
      description: 'It does not answer: ended, to be launched again.',
      invoke: { id: 'endServer', src: 'stopServer', onDone: 'exited', onError: 'exited' },
      on: { 'media-server.stop': 'stopping' },
    },
    exited: {
      description: 'Gone without being asked.',
      entry: ['dropProcess', 'countRestart'],
      always: [{ guard: 'firstRestart', target: 'launching' }, { target: 'restartBackoff' }],
    },
    restartBackoff: {
      description: 'Waiting before the next launch; there was no wait before the first.',
      on: { 'media-server.stop': { target: 'stopped', actions: 'reportStopped' } },
      after: { restartBackoff: 'launching' },
    },
    stopping: {
      description: 'SIGTERM, then SIGKILL.',
      invoke: { id: 'stopServer', src: 'stopServer', onDone: 'stopped', onError: 'stopped' },
      exit: ['dropProcess', 'reportStopped'],
    },
    stopped: { description: 'Ended as asked.' },
  },
});
