/**
 * Everything that is known of the actors over time. `at(n)` is the picture after n records; where records do not reach
 * back to an actor's beginning, it stands there from the start as its first record says it stood. Knows no page.
 */
import { Axis } from './axis.ts';
import { apply, type Picture, type Standing, standingBefore } from './picture.ts';
import type { ActorNow, Charts, Snapshot, TraceRecord } from './wire.ts';

/** A picture is kept every so many records: enough to jump anywhere at once. */
const KEPT_EVERY = 200;

export class Story {
  readonly records: TraceRecord[] = [];
  readonly axis = new Axis();
  readonly charts: Charts;
  /** Indexes of records before which some are missing, a new life's aside. */
  readonly gaps: number[] = [];
  snapshot: Snapshot | null = null;
  readonly #indexOfSeq = new Map<number, number>();
  readonly #effects = new Map<number, number[]>();
  /** Who is there without a record that says so, by the number of records after which. */
  readonly #seeds = new Map<number, Standing[]>();
  #kept: Picture[] = [];
  /** Actors of this life that a record or a seed has told of. */
  readonly #told = new Set<string>();
  #lifeFrom = 0;

  constructor(records: readonly TraceRecord[], charts: Charts, snapshot: Snapshot | null) {
    this.charts = charts;
    this.append(records, snapshot);
  }

  /** Goes on with what came since; records that it has already are left out. */
  append(records: readonly TraceRecord[], snapshot: Snapshot | null = null): void {
    for (const record of records) this.#add(record);
    if (snapshot === null) return;
    this.snapshot = snapshot;
    for (const actor of snapshot.actors) this.#seed(standingOf(actor));
  }

  get length(): number {
    return this.records.length;
  }

  get lastSeq(): number {
    return this.records.at(-1)?.seq ?? 0;
  }

  indexOf(seq: number): number | undefined {
    return this.#indexOfSeq.get(seq);
  }

  /** Indexes of the records that a record brought about. */
  effectsOf(seq: number): readonly number[] {
    return this.#effects.get(seq) ?? [];
  }

  /** The actors after `count` records. At the end, as the service itself tells them, where it did. */
  at(count: number): Picture {
    const target = Math.max(0, Math.min(count, this.length));
    const picture = this.#replayed(target);
    return target === this.length ? this.#corrected(picture) : picture;
  }

  /** A moment of the service's wall clock now, on the axis. */
  instantOf(wallMs: number): number {
    const last = this.records.at(-1);
    if (last === undefined) return wallMs;
    const at = this.axis.at[this.length - 1]!;
    return Math.max(at, at + wallMs - Date.parse(last.time));
  }

  #add(record: TraceRecord): void {
    if (record.seq <= this.lastSeq) return;
    const index = this.length;
    if (index > 0 && record.kind !== 'life' && record.seq !== this.lastSeq + 1) this.gaps.push(index);
    this.records.push(record);
    this.axis.add(record);
    this.#indexOfSeq.set(record.seq, index);
    if (record.cause !== null)
      this.#effects.set(record.cause, [...(this.#effects.get(record.cause) ?? []), index]);
    if (record.kind === 'life') {
      this.#told.clear();
      this.#lifeFrom = index + 1;
    } else if (record.from !== '') this.#seed(standingBefore(record));
    else this.#told.add(record.actor);
  }

  #seed(standing: Standing): void {
    if (this.#told.has(standing.actor)) return;
    this.#told.add(standing.actor);
    this.#seeds.set(this.#lifeFrom, [...(this.#seeds.get(this.#lifeFrom) ?? []), standing]);
    this.#kept = [];
  }

  #replayed(target: number): Map<string, Standing> {
    const place = Math.floor(target / KEPT_EVERY);
    for (let next = this.#kept.length; next <= place; next++) {
      const picture = new Map(this.#kept[next - 1] ?? this.#first());
      if (next > 0) this.#advance(picture, (next - 1) * KEPT_EVERY, next * KEPT_EVERY);
      this.#kept.push(picture);
    }
    const picture = new Map(this.#kept[place]);
    this.#advance(picture, place * KEPT_EVERY, target);
    return picture;
  }

  #first(): Picture {
    return new Map((this.#seeds.get(0) ?? []).map((standing) => [standing.actor, standing]));
  }

  #advance(picture: Map<string, Standing>, from: number, to: number): void {
    for (let index = from; index < to; index++) {
      apply(picture, this.records[index]!, index, this.axis.at[index]!, this.charts);
      for (const seed of this.#seeds.get(index + 1) ?? []) picture.set(seed.actor, seed);
    }
  }

  /** Looks that change nothing are not recorded, but move timers: the snapshot knows them. */
  #corrected(picture: Map<string, Standing>): Picture {
    const { snapshot } = this;
    if (snapshot === null || snapshot.lastSeq < this.lastSeq) return picture;
    const instant = this.instantOf(snapshot.wallMs);
    const now = snapshot.actors.map(
      (actor): Standing => ({
        ...(picture.get(actor.actor) ?? standingOf(actor)),
        ...{ parent: actor.parent, states: actor.states, facts: actor.facts },
        timers: actor.timers.map(({ name, duration_ms: durationMs, remaining_ms: remainingMs }) => ({
          ...{ name, durationMs, endsAt: instant + remainingMs },
        })),
      }),
    );
    return new Map(now.map((standing) => [standing.actor, standing]));
  }
}

function standingOf({ actor, machine, parent, state, states, since, facts }: ActorNow): Standing {
  return {
    ...{ actor, machine, parent, state, states, since: Date.parse(since), trouble: null, timers: [] },
    ...{ last: null, moved: null, facts },
  };
}
