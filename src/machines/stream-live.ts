/** State of the stream's chart: the picture is there, in doubt, or on its way back to the media server. */
import {
  blip,
  keepEnd,
  lostNow,
  observe,
  path,
  publisherLost,
  readers,
  showFrame,
  storeFrame,
  storeServerUp,
  trouble,
} from './stream-actions.ts';
import { streamSetup } from './stream-setup.ts';

export const live = streamSetup.createStateConfig({
  description: 'The picture is there.',
  entry: ['clearTrouble', { type: 'toViewers', params: { live: true } }, 'reportFlowing'],
  exit: { type: 'toViewers', params: { live: false } },
  invoke: [
    {
      id: 'bytes',
      src: 'watchdog',
      input: ({ context }) => ({ subject: 'bytes', limitMs: context.limits.bytesLimitMs }),
    },
    {
      id: 'frames',
      src: 'watchdog',
      input: ({ context }) => ({ subject: 'frames', limitMs: context.limits.framesLimitMs }),
    },
    {
      id: 'picture',
      src: 'watchdog',
      input: ({ context }) => ({ subject: 'picture', limitMs: context.limits.pictureLimitMs }),
    },
  ],
  initial: 'flowing',
  on: {
    'capture.exited': { target: 'clearing', actions: [keepEnd, lostNow] },
    'frame.tapped': [
      {
        guard: { type: 'pictureChanged', params: ({ event }) => ({ frame: event.frame }) },
        actions: [storeFrame, 'beatFrames', 'beatPicture', showFrame],
      },
      { actions: [storeFrame, 'beatFrames', showFrame] },
    ],
    'watchdog.fresh': {
      actions: { type: 'removeLate', params: ({ event }) => ({ subject: event.subject }) },
    },
    'path.unseen': {
      actions: ['holdBytes', 'excuseBytes'],
      description: 'a server that does not answer says nothing about the bytes; the next look does',
    },
    'demand.touched': {
      actions: ['raiseDemand', { type: 'toViewers', params: { live: true } }],
      description: 'live already: it costs one closing time, not a start',
    },
  },
  states: {
    flowing: {
      description: 'Bytes grow, pictures arrive.',
      // Wherever it comes from: a recording that was told of a loss waits for this.
      entry: { type: 'tellRecording', params: { event: { type: 'stream.live' } } },
      always: [
        { guard: 'serverDown', target: 'republishing' },
        { guard: 'noReason', target: 'lastLook' },
        { guard: 'someLate', target: 'suspect' },
      ],
      on: {
        'path.observed': [
          {
            guard: { type: 'pathGone', params: path },
            target: 'republishing',
            actions: [observe, publisherLost],
          },
          {
            guard: { type: 'publisherChanged', params: path },
            actions: [blip, observe, 'beatBytes', readers],
            description: 'an interruption that happened between two looks',
          },
          { guard: { type: 'grewWith', params: path }, actions: [observe, 'beatBytes', readers] },
          { actions: [observe, readers, 'resumeBytes'] },
        ],
        'stream.ask': { actions: { type: 'tellRecording', params: { event: { type: 'stream.live' } } } },
        'watchdog.late': {
          target: 'suspect',
          actions: { type: 'addLate', params: ({ event }) => ({ subject: event.subject }) },
        },
      },
      after: {
        forget: { actions: 'clearAttempts', description: 'well for long: earlier failures are forgotten' },
      },
    },
    suspect: {
      description: 'Bytes stand still, pictures stopped coming, or the picture is frozen.',
      initial: 'deciding',
      always: [
        { guard: 'serverDown', target: 'republishing' },
        { guard: 'noneLateAndPublished', target: 'flowing' },
        { guard: 'noneLate', target: 'republishing' },
        { guard: 'noReason', target: 'lastLook' },
      ],
      on: {
        'stream.ask': {
          guard: 'publishedNow',
          actions: { type: 'tellRecording', params: { event: { type: 'stream.live' } } },
        },
        'path.observed': [
          {
            guard: { type: 'pathGoneFramesFine', params: path },
            target: 'republishing',
            actions: [observe, publisherLost],
          },
          {
            guard: { type: 'pathWentNow', params: path },
            actions: [observe, readers, publisherLost],
            description: 'and pictures are late: whether it republishes is not known yet',
          },
          {
            guard: { type: 'publisherChanged', params: path },
            actions: [blip, observe, 'beatBytes', readers],
          },
          { guard: { type: 'grewWith', params: path }, actions: [observe, 'beatBytes', readers] },
          { actions: [observe, readers, 'resumeBytes'] },
        ],
        'watchdog.late': [
          {
            guard: 'worthRestart',
            target: '.deciding',
            actions: { type: 'addLate', params: ({ event }) => ({ subject: event.subject }) },
            description: 'the limit runs already',
          },
          {
            target: 'suspect',
            reenter: true,
            actions: { type: 'addLate', params: ({ event }) => ({ subject: event.subject }) },
          },
        ],
        'rivals.gone': {
          target: 'suspect',
          reenter: true,
          actions: 'dropContest',
          description: 'the limit runs anew: nobody else is to blame any more',
        },
      },
      after: {
        suspectLimit: {
          guard: 'worthRestart',
          target: '#stream.clearing',
          actions: ['storeLateTrouble', { type: 'tellLost', params: { atMs: null } }],
        },
      },
      states: {
        deciding: { always: [{ guard: 'framesLate', target: 'checkingTap' }, { target: 'waiting' }] },
        checkingTap: {
          description: 'Is it the disk under the tap? Then it says nothing about the stream.',
          invoke: {
            id: 'checkTap',
            src: 'checkTap',
            input: ({ context }) => context.cameraId,
            onDone: 'waiting',
            onError: {
              target: 'waiting',
              actions: [
                { type: 'storeTapTrouble', params: ({ event }) => ({ error: event.error }) },
                'excuseTap',
                'holdTap',
                { type: 'tellSnapshots', params: { event: { type: 'tap.unavailable' } } },
              ],
            },
          },
        },
        waiting: { description: 'It may recover by itself within the limit.' },
      },
    },
    republishing: {
      description: 'Server or path gone; the capture keeps the camera and comes back by itself.',
      entry: ['watchFast', 'holdBytes', 'excuseBytes', 'restartBaseline'],
      exit: ['watchSlow', 'resumeBytes'],
      initial: 'deciding',
      always: { guard: 'noReason', target: 'lastLook' },
      on: {
        'path.observed': [
          {
            guard: { type: 'publishedWith', params: path },
            target: 'flowing',
            actions: [observe, readers],
          },
          { actions: [observe, readers] },
        ],
        'watchdog.late': [
          {
            guard: 'serverDown',
            actions: { type: 'addLate', params: ({ event }) => ({ subject: event.subject }) },
            description: 'nothing is given up before the server is back',
          },
          {
            target: 'suspect',
            actions: { type: 'addLate', params: ({ event }) => ({ subject: event.subject }) },
          },
        ],
      },
      states: {
        deciding: { always: [{ guard: 'serverDown', target: 'serverDown' }, { target: 'serverUp' }] },
        serverDown: {
          description: 'Nothing to publish to.',
          on: { 'server.up': { target: 'serverUp', actions: storeServerUp } },
        },
        serverUp: {
          description: 'The server is well; the capture should be back any moment.',
          always: { guard: 'serverDown', target: 'serverDown' },
          after: {
            republishLimit: [
              {
                guard: 'contested',
                target: 'serverUp',
                reenter: true,
                description: 'somebody else keeps it out: another capture would fare no better',
              },
              {
                target: '#stream.clearing',
                actions: trouble(
                  'capture-failed',
                  'not_republished',
                  'The media server is well but the capture did not come back to it.',
                ),
              },
            ],
          },
        },
      },
    },
    lastLook: {
      description: 'No reason is left; readers are listed once more before the capture ends.',
      initial: 'asking',
      always: [
        { guard: 'hasReasonAndPublished', target: 'flowing' },
        { guard: 'hasReason', target: 'republishing' },
      ],
      on: {
        'path.observed': [
          { guard: { type: 'grewWith', params: path }, actions: [observe, 'beatBytes', readers] },
          { actions: [observe, readers, 'resumeBytes'] },
        ],
        'watchdog.late': {
          actions: { type: 'addLate', params: ({ event }) => ({ subject: event.subject }) },
        },
      },
      states: {
        asking: {
          description: 'However slowly the server answers, it is asked once.',
          invoke: {
            id: 'countReaders',
            src: 'countReaders',
            input: ({ context }) => context.cameraId,
            onDone: [
              {
                guard: { type: 'somebody', params: ({ event }) => ({ readers: event.output }) },
                target: 'waiting',
                actions: { type: 'showReaders', params: ({ event }) => ({ readers: event.output }) },
              },
              { target: '#stream.stopping' },
            ],
            onError: '#stream.stopping',
          },
        },
        waiting: {
          description: 'A viewer joined meanwhile: its actor gives the reason.',
          after: { lookAgain: 'asking' },
        },
      },
    },
  },
});
