/** State of the stream's chart: the camera's own H.264 is looked at once, before it may be copied. */
import { PARAMETERS_MISSING } from './errors.ts';
import { keepLadder, keepTrouble, storeLadder, trouble, wantEntry } from './stream-actions.ts';
import { streamSetup } from './stream-setup.ts';

export const examining = streamSetup.createStateConfig({
  description: 'The camera is opened for some seconds to see what its own H.264 is: once for each mode.',
  initial: 'looking',
  after: {
    startTimeout: {
      target: 'clearing',
      actions: trouble(
        'deadline',
        'not_examined_in_time',
        "The camera's own H.264 could not be looked at in time.",
      ),
    },
  },
  states: {
    looking: {
      invoke: {
        id: 'examine',
        src: 'examine',
        input: ({ context }) => context.plan!,
        onDone: {
          target: 'telling',
          actions: { type: 'reportExamined', params: ({ event }) => event.output },
        },
        onError: { target: '#stream.clearing', actions: keepTrouble },
      },
      on: { 'camera.ready': keepLadder },
    },
    telling: {
      description: 'The camera remembers it and plans anew.',
      on: { 'camera.ready': { target: 'judging', actions: [storeLadder, 'choosePlan', wantEntry] } },
    },
    judging: {
      always: [
        {
          guard: 'toExamine',
          target: '#stream.clearing',
          actions: { type: 'storeTrouble', params: { error: PARAMETERS_MISSING } },
        },
        { target: '#stream.provisioning' },
      ],
    },
  },
});
