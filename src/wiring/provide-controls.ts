/** The hands of the controls machine: the port that asks a camera for its controls and sets them. */
import { fromPromise } from 'xstate';
import { controlsMachine } from '../machines/controls.ts';
import type { Hands } from './world.ts';

export function provideControls({ controls }: Pick<Hands, 'controls'>) {
  return controlsMachine.provide({
    actors: {
      listControls: fromPromise(({ input, signal }) => controls.list(input.target, signal)),
      setControl: fromPromise(({ input, signal }) => controls.set(input.target, input.setting, signal)),
      readControls: fromPromise(({ input, signal }) => controls.read(input.target, input.names, signal)),
    },
  });
}
