/** The pairs of interleaved channels of one session: which track each belongs to. */
import { Refusal } from '../config/values.ts';

export class Channels {
  readonly #trackOf = new Map<number, number>();

  /** Number of tracks set up. */
  get size(): number {
    return this.#trackOf.size;
  }

  /** Tracks in the order of their SETUP. */
  get tracks(): number[] {
    return [...this.#trackOf.values()];
  }

  /** Reserves the wished pair, or the first free even one. @throws Refusal when it is taken or the track is set up */
  assign(track: number, wished: readonly [number, number] | null): number {
    if (this.tracks.includes(track)) throw new Refusal('media has already been setup');
    const taken = (channel: number) =>
      [...this.#trackOf.keys()].some((used) => Math.abs(used - channel) <= 1);
    let channel = wished?.[0] ?? 0;
    if (wished === null) while (taken(channel)) channel += 2;
    else if (taken(channel)) throw new Refusal('interleaved IDs are in use');
    this.#trackOf.set(channel, track);
    return channel;
  }

  /** What a frame on this channel is; null for a channel nobody set up. */
  meaning(channel: number): { readonly track: number; readonly control: boolean } | null {
    const track = this.#trackOf.get(channel);
    if (track !== undefined) return { track, control: false };
    const controlOf = this.#trackOf.get(channel - 1);
    return controlOf === undefined ? null : { track: controlOf, control: true };
  }

  /** The channel for packets of a track; undefined when it is not set up. */
  channelOf(track: number): number | undefined {
    return [...this.#trackOf].find(([, own]) => own === track)?.[0];
  }
}
