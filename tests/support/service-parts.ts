/** The service machine with stand-ins for its parts: they note what they hear, and end, hang or crash when told to. */
import { type AnyEventObject, assign, enqueueActions, fromCallback, sendTo, setup } from 'xstate';
import type { cameraMachine } from '../../src/machines/camera.ts';
import type { CameraInput } from '../../src/machines/camera-setup.ts';
import type { discoveryMachine } from '../../src/machines/discovery.ts';
import type { mediaServerMachine } from '../../src/machines/media-server.ts';
import { parentOf } from '../../src/machines/report.ts';
import { type ServiceEvent, serviceMachine } from '../../src/machines/service.ts';
import type { storageMachine } from '../../src/machines/storage.ts';
import { FakeCall, FakeSource } from './machines.ts';

export class ServiceParts {
  /** Who heard what, in order: `camera:camera0`, `stream:camera0`, `media-server`, `discovery`, `storage`. */
  readonly heard: { readonly who: string; readonly event: AnyEventObject }[] = [];
  /** With what each part was started. */
  readonly inputs = new Map<string, unknown>();
  /** Cameras that do not end when they are released. */
  readonly hanging = new Set<string>();
  serverHangs = false;
  readonly reapOrphans = new FakeCall<void, readonly string[]>(() => undefined);
  readonly watchDemand = new FakeSource<ServiceEvent>();

  /** Types of what one part heard. */
  heardBy(who: string): string[] {
    return this.heard.filter((one) => one.who === who).map(({ event }) => event.type);
  }

  note(who: string, event: AnyEventObject): void {
    this.heard.push({ who, event });
  }

  machine() {
    return serviceMachine.provide({
      actors: {
        camera: this.#camera() as never as typeof cameraMachine,
        discovery: this.#listener('discovery') as never as typeof discoveryMachine,
        mediaServer: this.#mediaServer() as never as typeof mediaServerMachine,
        storage: this.#listener('storage') as never as typeof storageMachine,
        reapOrphans: this.reapOrphans.logic,
        watchDemand: this.watchDemand.logic,
      },
    });
  }

  #listener(who: string) {
    return fromCallback<AnyEventObject, unknown>(({ receive, input }) => {
      this.inputs.set(who, input);
      receive((event) => this.note(who, event));
    });
  }

  #mediaServer() {
    return fromCallback<AnyEventObject, unknown>(({ receive, input, sendBack }) => {
      this.inputs.set('media-server', input);
      receive((event) => {
        this.note('media-server', event);
        if (event.type === 'media-server.stop' && !this.serverHangs)
          sendBack({ type: 'media-server.stopped' });
      });
    });
  }

  /** With a stream below it under the name that the service looks for. */
  #camera() {
    const stream = fromCallback<AnyEventObject, string>(({ receive, input }) =>
      receive((event) => this.note(`stream:${input}`, event)),
    );
    return setup({
      types: {} as {
        context: CameraInput & { output?: unknown };
        input: CameraInput;
        events: AnyEventObject;
        output: unknown;
      },
      actors: { stream },
      actions: {
        begin: enqueueActions(({ context, enqueue }) => {
          const { id } = context.known;
          enqueue(() => this.inputs.set(`camera:${id}`, context));
          enqueue.spawnChild('stream', { id: 'stream', systemId: `stream:${id}`, input: id });
        }),
        note: ({ context, event }) => this.note(`camera:${context.known.id}`, event),
        reportReleased: sendTo(parentOf, ({ context }) => ({
          type: 'camera.released',
          cameraId: context.known.id,
        })),
        crash: assign(() => {
          throw new Error('defect');
        }),
      },
      guards: { hangs: ({ context }) => this.hanging.has(context.known.id) },
    }).createMachine({
      context: ({ input }) => input,
      output: ({ context }: { context: { output?: unknown } }) => context.output,
      entry: 'begin',
      initial: 'here',
      on: {
        'camera.release': [
          { guard: 'hangs', actions: 'note' },
          { target: '.released', actions: 'note' },
        ],
        // As while a camera is being forgotten: its stream is gone, it is not yet.
        'stream.ends': { actions: enqueueActions(({ enqueue }) => enqueue.stopChild('stream')) },
        'forget.completes': {
          target: '.released',
          actions: assign({ output: ({ event }) => event.output }),
        },
        'defect.happens': { actions: 'crash' },
        '*': { actions: 'note' },
      },
      states: { here: {}, released: { type: 'final', entry: 'reportReleased' } },
    });
  }
}
