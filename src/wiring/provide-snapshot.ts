/** Gives the snapshot machine its hand: the copy of the tapped picture. */
import { fromPromise } from 'xstate';
import { snapshotMachine } from '../machines/snapshot.ts';
import type { Hands } from './world.ts';

export function provideSnapshot(world: Hands) {
  return snapshotMachine.provide({
    actors: {
      savePicture: fromPromise(async ({ input, signal }) => {
        const saved = await world.snapshotFiles.save(input.request, signal);
        return {
          ...saved,
          frameAgeMs: Math.max(0, Math.round(world.clock.monoMs() - input.frameSeenMonoMs)),
        };
      }),
    },
  });
}
