/**
 * Owns what an operator wants of one camera's controls (brightness, focus, ...): sets it again when the camera was
 * plugged in, begins to stream or forgot it by itself, reads back, tries a few times, and says what does not hold. Asks
 * one thing at a time, and nothing at all of a camera of which nothing is wished. Never talks to a device itself.
 * In: `camera.*`, `stream.flowing`, `controls.order`. Reports `controls.wished`. Design: docs/machines/controls.md.
 */

import { nextWish, readable } from './control-rules.ts';
import { controlsSetup, orderedName, orderedSetting } from './controls-setup.ts';
import type { Control, ControlSetting } from './values.ts';

const keepTrouble = {
  type: 'storeTrouble' as const,
  params: ({ event }: { event: { error: unknown } }) => ({ error: event.error }),
};
const late = {
  code: 'deadline',
  reason: 'control_timeout',
  message: 'The camera did not answer about its controls in time.',
} as const;
const lateTrouble = { type: 'storeTrouble' as const, params: { error: late } };
const keepControls = {
  type: 'storeControls' as const,
  params: ({ event }: { event: { output: readonly Control[] } }) => ({ controls: event.output }),
};
const found = {
  params: ({ event }: { event: { output: readonly ControlSetting[] } }) => ({ found: event.output }),
};
const keepValues = { type: 'storeValues' as const, ...found };

/** A camera that does not answer is asked for nothing more now; one that refuses may still take the rest. */
const orderFailed = [
  {
    guard: {
      type: 'silent' as const,
      params: ({ event }: { event: { error: unknown } }) => ({ error: event.error }),
    },
    target: '#controls.failed',
    actions: [
      {
        type: 'failOrders' as const,
        params: ({ event }: { event: { error: unknown } }) => ({ error: event.error }),
      },
      keepTrouble,
    ],
  },
  {
    target: '#controls.deciding',
    actions: {
      type: 'failOrder' as const,
      params: ({ event }: { event: { error: unknown } }) => ({ error: event.error }),
    },
  },
];

export const controlsMachine = controlsSetup.createMachine({
  id: 'controls',
  description: 'What an operator wants of the controls of one camera.',
  context: ({ input }) => ({
    ...input,
    target: null,
    controls: [],
    orders: [],
    answers: [],
    tried: [],
    attempts: 0,
    drifted: [],
    trouble: null,
  }),
  initial: 'absent',
  on: {
    'camera.ready': [
      {
        guard: 'hasWork',
        target: '.listing',
        actions: [{ type: 'storeTarget', params: ({ event }) => event }, 'beginRound', 'clearAttempts'],
      },
      { target: '.idle', actions: { type: 'storeTarget', params: ({ event }) => event } },
    ],
    'camera.lost': {
      target: '.absent',
      actions: [{ type: 'failOrders', params: ({ event }) => ({ error: event.trouble }) }, 'forgetCamera'],
    },
    'stream.flowing': {
      guard: 'hasWishes',
      target: '.listing',
      actions: ['beginRound', 'clearAttempts'],
      description: 'some cameras forget their controls when they begin to stream',
    },
    'controls.order': {
      guard: 'hasRoom',
      actions: { type: 'queue', params: ({ event }) => ({ order: event.order }) },
    },
  },
  states: {
    absent: {
      description: 'The camera is away, switched off, or does not work: nothing can be asked.',
      on: { 'stream.flowing': {}, 'controls.order': {}, 'camera.lost': {} },
    },
    idle: {
      description: 'Nothing is wished, so nothing is asked: some cameras take it ill.',
      entry: 'beContent',
      always: { guard: 'hasOrders', target: 'listing' },
    },
    listing: {
      description: 'The camera tells its controls and their values.',
      invoke: {
        id: 'listControls',
        src: 'listControls',
        input: ({ context }) => ({ target: context.target! }),
        onDone: { target: 'deciding', actions: keepControls },
        onError: {
          target: 'failed',
          actions: [{ type: 'failOrders', params: ({ event }) => ({ error: event.error }) }, keepTrouble],
        },
      },
      after: {
        timeout: {
          target: 'failed',
          actions: [{ type: 'failOrders', params: { error: late } }, lateTrouble],
        },
      },
    },
    deciding: {
      description: 'What is next: an order, a wish, or a look at what came of it.',
      always: [
        { guard: 'hasLists', target: 'deciding', reenter: true, actions: 'answerLists' },
        { guard: 'orderRefused', target: 'deciding', reenter: true, actions: 'refuseOrder' },
        {
          guard: 'orderIsDone',
          target: 'deciding',
          reenter: true,
          actions: 'keepOrder',
          description: 'a wish is taken back where there is nothing to set',
        },
        { guard: 'hasOrder', target: 'trying' },
        { guard: 'hasNextWish', target: 'applying' },
        { guard: 'nothingToRead', target: 'content' },
        { guard: 'triedSome', target: 'readingBack' },
        { target: 'content' },
      ],
    },
    trying: {
      description: 'An order: it is a wish once the camera has been seen to take it.',
      initial: 'setting',
      states: {
        setting: {
          invoke: {
            id: 'trySetting',
            src: 'setControl',
            input: ({ context }) => ({ target: context.target!, setting: orderedSetting(context) }),
            onDone: [{ guard: 'orderTells', target: 'readingBack' }, { target: 'taken' }],
            onError: orderFailed,
          },
          after: {
            timeout: {
              target: '#controls.failed',
              actions: [{ type: 'failOrders', params: { error: late } }, lateTrouble],
            },
          },
        },
        readingBack: {
          invoke: {
            id: 'readOrdered',
            src: 'readControls',
            input: ({ context }) => ({ target: context.target!, names: [orderedName(context) ?? ''] }),
            onDone: [
              { guard: { type: 'taken', ...found }, target: 'taken', actions: keepValues },
              {
                target: '#controls.deciding',
                actions: [{ type: 'refuseTaken', ...found }, keepValues],
                description: 'the camera made something else of it',
              },
            ],
            onError: orderFailed,
          },
          after: {
            timeout: {
              target: '#controls.failed',
              actions: [{ type: 'failOrders', params: { error: late } }, lateTrouble],
            },
          },
        },
        taken: {
          always: [
            {
              guard: { type: 'unlocked', params: ({ context }) => ({ name: orderedName(context) }) },
              target: '#controls.listing',
              actions: 'keepOrder',
              description: 'it may have unlocked or locked others',
            },
            { target: '#controls.deciding', actions: 'keepOrder' },
          ],
        },
      },
    },
    applying: {
      description: 'A wish is set again.',
      exit: 'noteTried',
      invoke: {
        id: 'applyWish',
        src: 'setControl',
        input: ({ context }) => ({
          target: context.target!,
          setting: nextWish(context.controls, context.wishes, context.tried)!,
        }),
        onDone: [
          {
            guard: {
              type: 'unlocked',
              params: ({ context }) => ({
                name: nextWish(context.controls, context.wishes, context.tried)?.name,
              }),
            },
            target: 'listing',
            description: 'what it unlocks can be set now',
          },
          { target: 'deciding' },
        ],
        onError: [
          {
            guard: { type: 'silent', params: ({ event }) => ({ error: event.error }) },
            target: 'failed',
            actions: keepTrouble,
          },
          { target: 'deciding', actions: keepTrouble, description: 'the others may do; the look back tells' },
        ],
      },
      after: { timeout: { target: 'failed', actions: lateTrouble } },
    },
    readingBack: {
      description: 'Does the camera show what was set?',
      invoke: {
        id: 'readBack',
        src: 'readControls',
        input: ({ context }) => ({
          target: context.target!,
          names: readable(context.controls, context.wishes).map(({ name }) => name),
        }),
        onDone: [
          { guard: { type: 'allHold', ...found }, target: 'content', actions: keepValues },
          { target: 'failed', actions: [keepValues, { type: 'storeDrift', ...found }] },
        ],
        onError: { target: 'failed', actions: keepTrouble },
      },
      after: { timeout: { target: 'failed', actions: lateTrouble } },
    },
    content: {
      always: [{ guard: 'hasWishes', target: 'settled' }, { target: 'idle' }],
    },
    settled: {
      description: 'The camera shows all that is wished; looked at now and then.',
      entry: 'beContent',
      always: { guard: 'hasOrders', target: 'listing' },
      after: { check: [{ guard: 'nothingToRead', target: 'listing' }, { target: 'checking' }] },
    },
    checking: {
      description: 'Does it still?',
      invoke: {
        id: 'check',
        src: 'readControls',
        input: ({ context }) => ({
          target: context.target!,
          names: readable(context.controls, context.wishes).map(({ name }) => name),
        }),
        onDone: [
          { guard: { type: 'allHold', ...found }, target: 'settled', actions: keepValues },
          {
            target: 'failed',
            actions: [keepValues, { type: 'storeDrift', ...found }],
            description: 'changed by the camera itself, or by somebody beside us',
          },
        ],
        onError: { target: 'failed', actions: keepTrouble },
      },
      after: { timeout: { target: 'failed', actions: lateTrouble } },
    },
    failed: {
      description: 'Once more soon, or is it worth only a slow retry?',
      entry: 'countAttempt',
      always: [
        { guard: 'hasNoWish', target: 'idle' },
        { guard: 'attemptsLeft', target: 'backoff' },
        { guard: 'hasDrift', target: 'drifted' },
        { target: 'faulted' },
      ],
    },
    backoff: {
      description: 'Waiting before the next round; each wait is longer.',
      always: { guard: 'hasOrders', target: 'listing' },
      after: { backoff: { target: 'listing', actions: 'beginRound' } },
    },
    drifted: {
      description: 'The camera does not keep what is wished; which controls, and what they show, is told.',
      always: { guard: 'hasOrders', target: 'listing' },
      after: { retry: { target: 'listing', actions: ['beginRound', 'clearAttempts'] } },
    },
    faulted: {
      description: 'The camera cannot be asked about its controls; the trouble says why.',
      always: { guard: 'hasOrders', target: 'listing' },
      after: { retry: { target: 'listing', actions: ['beginRound', 'clearAttempts'] } },
    },
  },
});
