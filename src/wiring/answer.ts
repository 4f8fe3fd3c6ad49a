/** Waits until an actor's state is an answer. No timer: every machine bounds its own states. */
import type { AnyActorRef, SnapshotFrom } from 'xstate';
import { CameraError } from '../machines/errors.ts';

/** Resolves with the first snapshot, the present one included, that `isAnswer`. */
export function answerOf<TRef extends AnyActorRef>(
  ref: TRef,
  isAnswer: (snapshot: SnapshotFrom<TRef>) => boolean,
): Promise<SnapshotFrom<TRef>> {
  return new Promise((resolve, reject) => {
    const now = ref.getSnapshot() as SnapshotFrom<TRef>;
    if (isAnswer(now)) {
      resolve(now);
      return;
    }
    const subscription = ref.subscribe({
      next: (snapshot) => {
        if (!isAnswer(snapshot as SnapshotFrom<TRef>)) return;
        subscription.unsubscribe();
        resolve(snapshot as SnapshotFrom<TRef>);
      },
      error: (error) => reject(error),
      complete: () => {
        const last = ref.getSnapshot() as SnapshotFrom<TRef>;
        if (isAnswer(last)) resolve(last);
        else reject(new CameraError('cancelled', 'The order was called off.', { reason: 'called_off' }));
      },
    });
  });
}
