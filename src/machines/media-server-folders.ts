/** Region of the media server's chart: does an external server see our folders? */
import { mediaServerSetup } from './media-server-setup.ts';
import type { FoldersSeen } from './values.ts';

const folders = ({ event }: { event: { output: FoldersSeen } }) => ({ folders: event.output });
const keepFolders = [
  { type: 'storeFolders' as const, params: folders },
  { type: 'reportFolders' as const, params: folders },
];
const keepFolderTrouble = {
  type: 'storeFolderTrouble' as const,
  params: ({ event }: { event: { error: unknown } }) => ({ error: event.error }),
};

export const foldersRegion = mediaServerSetup.createStateConfig({
  description:
    'Does it touch and record where we look? What it once saw is believed until it is tested again.',
  initial: 'notTested',
  states: {
    notTested: {
      description: 'Waiting for an answer of a server that we did not launch.',
      always: { guard: 'managed', target: 'ours' },
      on: { 'health.good': 'testing' },
    },
    ours: { description: 'Launched by us with our folders: nothing to test.' },
    testing: {
      description: 'A self-test path is demanded and recorded once.',
      on: { 'health.bad': 'notTested' },
      invoke: {
        id: 'testFolders',
        src: 'testFolders',
        onDone: [
          { guard: { type: 'seesBoth', params: folders }, target: 'shared', actions: keepFolders },
          { target: 'notShared', actions: keepFolders },
        ],
        onError: { target: 'undecided', actions: keepFolderTrouble },
      },
    },
    shared: {
      description: 'It raises demand and records where we look.',
      on: { 'health.good': { guard: 'testedAnother', target: 'testing' } },
    },
    notShared: {
      description: 'Demand or recordings do not arrive; tested again slowly, and with each new incarnation.',
      initial: 'waiting',
      states: {
        waiting: {
          on: { 'health.bad': 'serverAway' },
          after: { folderRetest: 'checking' },
        },
        checking: {
          on: { 'health.bad': 'serverAway' },
          invoke: {
            id: 'testFoldersAgain',
            src: 'testFolders',
            onDone: [
              {
                guard: { type: 'seesBoth', params: folders },
                target: '#media-server.folders.shared',
                actions: keepFolders,
              },
              { target: 'waiting', actions: keepFolders },
            ],
            onError: { target: 'waiting', actions: keepFolderTrouble },
          },
        },
        serverAway: {
          on: {
            'health.good': [
              { guard: 'testedAnother', target: '#media-server.folders.testing' },
              { target: 'waiting' },
            ],
          },
        },
      },
    },
    undecided: {
      description: 'The test itself could not be made; nothing is refused because of it.',
      on: { 'health.bad': 'notTested' },
      after: { folderRetest: 'testing' },
    },
  },
});
