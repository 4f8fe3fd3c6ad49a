/** Gives the search for other publishers its hands: marks of processes first, then the media server's connections. */
import { fromPromise } from 'xstate';
import { rivalsMachine } from '../machines/rivals.ts';
import type { Hands } from './world.ts';

export function provideRivals({ captures, publishers }: Hands) {
  return rivalsMachine.provide({
    actors: {
      findRivals: fromPromise(async ({ input: { cameraId, capture }, signal }) => {
        if (capture === null) return [];
        // A second capture of ours is found by its mark: its connection is not asked for as well.
        const second = await captures.others(cameraId, capture, signal);
        if (second.length > 0) return second.map((process) => ({ what: 'capture' as const, process }));
        const others = await publishers.others(cameraId, capture, signal);
        return others.map((publisher) => ({ what: 'publisher' as const, publisher }));
      }),
      endRivals: fromPromise(async ({ input, signal }) => {
        for (const rival of input) {
          if (rival.what === 'capture') await captures.end(rival.process, signal);
          else await publishers.disconnect(rival.publisher, signal);
        }
      }),
    },
  });
}
