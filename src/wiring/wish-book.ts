/** The wishes as one document in memory, saved whole after each change. Who wishes what is the machines' business. */
import type { WishStore } from '../machines/ports.ts';
import type { CameraId, KnownCamera, RecordingWish, Wishes } from '../machines/values.ts';

export class WishBook {
  readonly #store: WishStore;
  #wishes: Wishes;
  #saved: Promise<void> = Promise.resolve();

  constructor(store: WishStore, wishes: Wishes) {
    this.#store = store;
    this.#wishes = wishes;
  }

  get wishes(): Wishes {
    return this.#wishes;
  }

  /** Resolves once all that was wished so far survives a crash. @throws CameraError storage, of the last save */
  saved(): Promise<void> {
    return this.#saved;
  }

  /** Resolves once it survives a crash. @throws CameraError storage; it stays in memory */
  putRecording(wish: RecordingWish): Promise<void> {
    const others = this.#wishes.recordings.filter(({ order }) => order.session !== wish.order.session);
    return this.#save({ ...this.#wishes, recordings: [...others, wish] });
  }

  dropRecording(session: string): Promise<void> {
    const recordings = this.#wishes.recordings.filter(({ order }) => order.session !== session);
    return this.#save({ ...this.#wishes, recordings });
  }

  putCamera(camera: KnownCamera): Promise<void> {
    const { cameras } = this.#wishes;
    // One that is known keeps its place: sorting ten thousand each time would take longer than all else.
    const isKnown = cameras.some(({ id }) => id === camera.id);
    const changed = isKnown
      ? cameras.map((one) => (one.id === camera.id ? camera : one))
      : withOne(cameras, camera);
    return this.#save({ ...this.#wishes, cameras: changed });
  }

  dropCamera(id: CameraId): Promise<void> {
    return this.#save({
      ...this.#wishes,
      cameras: this.#wishes.cameras.filter((camera) => camera.id !== id),
    });
  }

  #save(wishes: Wishes): Promise<void> {
    this.#wishes = wishes;
    const saved = this.#store.save(wishes);
    // Whoever asked for this save hears of its failure; who asks later hears it of `saved`.
    saved.catch(() => {});
    this.#saved = saved;
    return saved;
  }
}

/** In the order of numbers. Newcomers mostly are the last. */
function withOne(cameras: readonly KnownCamera[], camera: KnownCamera): readonly KnownCamera[] {
  const after = cameras.findLastIndex(({ id }) => byNumber.compare(id, camera.id) < 0);
  return cameras.toSpliced(after + 1, 0, camera);
}

const byNumber = new Intl.Collator('en', { numeric: true });
