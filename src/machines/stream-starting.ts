/** State of the stream's chart: a capture runs, and is not live yet. */
import { keepEnd, keepLadder, storeServerUp, trouble } from './stream-actions.ts';
import { streamSetup } from './stream-setup.ts';

export const starting = streamSetup.createStateConfig({
  description: 'The capture runs; live once the path is available, bytes grow and a picture is tapped.',
  entry: ['forgetObservation', 'spawnCapture', 'watchFast'],
  exit: 'watchSlow',
  initial: 'waiting',
  on: {
    'capture.exited': { target: 'clearing', actions: [keepEnd] },
    'camera.ready': keepLadder,
  },
  states: {
    waiting: {
      initial: 'publishing',
      always: [
        { guard: 'serverDown', target: 'paused' },
        { guard: 'noReason', target: '#stream.stopping', description: 'nobody needs it any more' },
      ],
      after: {
        startTimeout: {
          target: '#stream.clearing',
          actions: trouble(
            'deadline',
            'not_published_in_time',
            'The capture runs but nothing arrived at the media server in time.',
          ),
        },
      },
      states: {
        publishing: {
          description: 'Until its bytes arrive at the media server.',
          always: { guard: 'publishedNow', target: 'tapping' },
        },
        tapping: {
          description: 'Until the first picture is tapped.',
          always: [
            { guard: 'notPublishedNow', target: 'publishing', description: 'gone again meanwhile' },
            { guard: 'tapped', target: '#stream.live' },
          ],
          after: { framesLimit: 'checkingTap' },
        },
        checkingTap: {
          description: 'No picture: is it the disk? Then it says nothing about the stream.',
          invoke: {
            id: 'checkFirstTap',
            src: 'checkTap',
            input: ({ context }) => context.cameraId,
            onDone: {
              target: '#stream.clearing',
              actions: trouble(
                'capture-failed',
                'no_first_frame',
                'The capture publishes but no picture was tapped.',
              ),
            },
            onError: {
              target: 'tapping',
              actions: [
                { type: 'storeTapTrouble', params: ({ event }) => ({ error: event.error }) },
                { type: 'tellSnapshots', params: { event: { type: 'tap.unavailable' } } },
              ],
            },
          },
        },
      },
    },
    paused: {
      description: 'The media server went away meanwhile: the limit stands still and nothing is counted.',
      always: { guard: 'noReason', target: '#stream.stopping' },
      on: { 'server.up': { target: 'waiting', actions: storeServerUp } },
    },
  },
});
