/** Region of the media server's chart: does it answer? A circuit breaker. */
import { raise } from 'xstate';
import { mediaServerSetup } from './media-server-setup.ts';

export const healthRegion = mediaServerSetup.createStateConfig({
  description: 'Does it answer? A circuit breaker: alternating answers never close it.',
  initial: 'unknown',
  on: { 'process.gone': { target: '.unknown', actions: 'announceBad' } },
  states: {
    unknown: {
      description: 'Nothing known yet; the first good answer is enough.',
      initial: 'idle',
      states: {
        idle: {
          on: {
            'server.answered': {
              target: '#media-server.health.healthy',
              actions: { type: 'storeInfo', params: ({ event }) => ({ info: event.info }) },
            },
            'process.running': 'checking',
          },
        },
        checking: {
          invoke: {
            id: 'askUnknown',
            src: 'askInfo',
            onDone: {
              target: '#media-server.health.healthy',
              actions: { type: 'storeInfo', params: ({ event }) => ({ info: event.output }) },
            },
            onError: [
              {
                guard: { type: 'refusedUs', params: ({ event }) => ({ error: event.error }) },
                target: '#media-server.health.refused',
                actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
              },
              {
                target: '#media-server.health.failing',
                actions: { type: 'countFailure', params: ({ event }) => ({ error: event.error }) },
              },
            ],
          },
        },
      },
    },
    healthy: {
      description: 'It answers.',
      entry: ['clearFailures', 'clearOpenings', 'announceGood'],
      initial: 'waiting',
      states: {
        waiting: { after: { checkInterval: 'checking' } },
        checking: {
          invoke: {
            id: 'askHealthy',
            src: 'askInfo',
            onDone: [
              {
                guard: { type: 'newIncarnation', params: ({ event }) => ({ info: event.output }) },
                target: '#media-server.health.healthy',
                reenter: true,
                actions: [
                  'announceBad',
                  { type: 'storeInfo', params: ({ event }) => ({ info: event.output }) },
                ],
                description: 'restarted behind our back',
              },
              { target: 'waiting' },
            ],
            onError: [
              {
                guard: { type: 'refusedUs', params: ({ event }) => ({ error: event.error }) },
                target: '#media-server.health.refused',
                actions: [
                  { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
                  'announceBad',
                ],
              },
              {
                target: '#media-server.health.failing',
                actions: { type: 'countFailure', params: ({ event }) => ({ error: event.error }) },
              },
            ],
          },
        },
      },
    },
    failing: {
      description: 'Fewer failures than the threshold; checked sooner. Not down yet.',
      initial: 'waiting',
      states: {
        waiting: { after: { failingInterval: 'checking' } },
        checking: {
          invoke: {
            id: 'askFailing',
            src: 'askInfo',
            onDone: [
              {
                guard: { type: 'newIncarnation', params: ({ event }) => ({ info: event.output }) },
                target: '#media-server.health.healthy',
                actions: [
                  'announceBad',
                  { type: 'storeInfo', params: ({ event }) => ({ info: event.output }) },
                ],
              },
              {
                target: '#media-server.health.healthy',
                actions: { type: 'storeInfo', params: ({ event }) => ({ info: event.output }) },
              },
            ],
            onError: [
              {
                guard: { type: 'refusedUs', params: ({ event }) => ({ error: event.error }) },
                target: '#media-server.health.refused',
                actions: [
                  { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
                  'announceBad',
                ],
              },
              {
                guard: 'lastFailure',
                target: '#media-server.health.tripped',
                actions: [
                  { type: 'countFailure', params: ({ event }) => ({ error: event.error }) },
                  'announceBad',
                ],
              },
              {
                target: 'waiting',
                actions: { type: 'countFailure', params: ({ event }) => ({ error: event.error }) },
              },
            ],
          },
        },
      },
    },
    tripped: {
      description: 'The breaker is not closed: control calls fail at once.',
      initial: 'open',
      after: {
        restartAfterOpen: {
          actions: raise({ type: 'breaker.stuck' }),
          description: 'a managed server is launched again',
        },
      },
      states: {
        open: {
          description: 'No checks until the timer; each opening is longer.',
          entry: 'countOpening',
          after: { openTime: 'halfOpen' },
        },
        halfOpen: {
          description: 'Checked; one failure opens again, several successes in a row close.',
          initial: 'checking',
          states: {
            checking: {
              invoke: {
                id: 'askHalfOpen',
                src: 'askInfo',
                onDone: [
                  {
                    guard: 'lastConfirmation',
                    target: '#media-server.health.healthy',
                    actions: { type: 'storeInfo', params: ({ event }) => ({ info: event.output }) },
                  },
                  { target: 'waiting', actions: 'countConfirmation' },
                ],
                onError: [
                  {
                    guard: { type: 'refusedUs', params: ({ event }) => ({ error: event.error }) },
                    target: '#media-server.health.refused',
                    actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
                  },
                  {
                    target: '#media-server.health.tripped.open',
                    actions: { type: 'countFailure', params: ({ event }) => ({ error: event.error }) },
                  },
                ],
              },
            },
            waiting: { after: { confirmInterval: 'checking' } },
          },
        },
      },
    },
    refused: {
      description: 'It answers but not to us: wrong credentials, wrong version, or not MediaMTX.',
      initial: 'waiting',
      after: {
        restartAfterOpen: {
          actions: raise({ type: 'breaker.stuck' }),
          description: 'a managed server is launched again, with our file',
        },
      },
      states: {
        waiting: { after: { refusedInterval: 'checking' } },
        checking: {
          invoke: {
            id: 'askRefused',
            src: 'askInfo',
            onDone: {
              target: '#media-server.health.healthy',
              actions: { type: 'storeInfo', params: ({ event }) => ({ info: event.output }) },
            },
            onError: [
              {
                guard: { type: 'refusedUs', params: ({ event }) => ({ error: event.error }) },
                target: 'waiting',
                actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
              },
              {
                target: '#media-server.health.tripped',
                actions: { type: 'countFailure', params: ({ event }) => ({ error: event.error }) },
                description: 'it does not even answer any more',
              },
            ],
          },
        },
      },
    },
  },
});
