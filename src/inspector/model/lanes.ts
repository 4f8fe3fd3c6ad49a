/** The timeline as data: a lane for each actor, cut into pieces of one state each. */
import { type Mood, moodOf } from './mood.ts';
import type { Standing } from './picture.ts';
import { placeOf } from './place.ts';
import type { Story } from './story.ts';
import { flattened, treeOf } from './tree.ts';

/** From one step to the next. */
export interface Piece {
  /** Indexes of the records; `to` is null where it goes on. */
  readonly from: number | null;
  readonly to: number | null;
  readonly mood: Mood;
  readonly state: string;
}

export interface Lane {
  readonly actor: string;
  readonly machine: string;
  readonly pieces: readonly Piece[];
}

interface OpenLane {
  readonly actor: string;
  readonly machine: string;
  readonly pieces: Piece[];
  /** Index of the record that began what has not ended; undefined: the actor is not there. */
  since: number | null | undefined;
  mood: Mood;
  state: string;
}

/** How a lane is called. On a narrow screen the middle is cut first: the ends tell lanes apart. */
export interface LaneName {
  /** Below its camera's lane. */
  readonly inner: boolean;
  readonly camera: string;
  readonly middle: string;
  readonly time: string;
}

/** In the order of the tree, with those that have ended beside their camera. */
export function lanesOf(story: Story): readonly Lane[] {
  const lanes = new Map<string, OpenLane>();
  const laneOf = (actor: string, machine: string): OpenLane => {
    const known = lanes.get(actor);
    if (known !== undefined) return known;
    const made: OpenLane = { actor, machine, pieces: [], since: undefined, mood: 'rest', state: '' };
    lanes.set(actor, made);
    return made;
  };
  const end = (lane: OpenLane, to: number | null) => {
    if (lane.since !== undefined)
      lane.pieces.push({ from: lane.since, to, mood: lane.mood, state: lane.state });
    lane.since = undefined;
  };
  const begin = (lane: OpenLane, from: number | null, mood: Mood, state: string) => {
    Object.assign(lane, { since: from, mood, state });
  };
  for (const standing of story.at(0).values())
    begin(laneOf(standing.actor, standing.machine), null, moodOf(standing), standing.state);
  for (const [index, record] of story.records.entries()) {
    if (record.kind === 'life') {
      for (const lane of lanes.values()) end(lane, index);
      continue;
    }
    const lane = laneOf(record.actor, record.machine);
    const mood = moodOf(record);
    if (lane.since !== undefined && record.ended === null && lane.mood === mood && lane.state === record.to)
      continue;
    end(lane, index);
    if (record.ended === null) begin(lane, index, mood, record.to);
  }
  for (const standing of story.at(story.length).values()) {
    const lane = laneOf(standing.actor, standing.machine);
    if (lane.since === undefined && lane.pieces.length === 0)
      begin(lane, null, moodOf(standing), standing.state);
  }
  for (const lane of lanes.values()) end(lane, null);
  return inTreeOrder([...lanes.values()], story);
}

/** Of the lanes that are shown, by actor. */
export function namesOf(lanes: readonly Lane[]): ReadonlyMap<string, LaneName> {
  const shown = new Set(lanes.map(({ actor }) => actor));
  return new Map(lanes.map(({ actor }) => [actor, nameOf(actor, shown)]));
}

function nameOf(actor: string, shown: ReadonlySet<string>): LaneName {
  const { camera, short } = placeOf(actor);
  if (camera === null || short === camera) return { inner: false, camera: '', middle: short, time: '' };
  const inner = shown.has(`camera:${camera}`);
  // A camera has many recordings, one after the other: the time in the name tells which.
  const [, hour, minute, second] = /_\d+-\d+-\d+_(\d+)-(\d+)-(\d+)[-\d]*$/.exec(actor) ?? [];
  const time = hour === undefined ? '' : `${hour}:${minute}:${second}`;
  return { inner, camera: inner ? '' : camera, middle: short, time };
}

/** The tree of all that ever lived, as if all of it lived at once. */
function inTreeOrder(lanes: readonly Lane[], story: Story): readonly Lane[] {
  const now = story.at(story.length);
  const all = new Map<string, Standing>();
  const add = (actor: string, machine: string) => {
    if (all.has(actor)) return;
    const parent = now.get(actor)?.parent ?? placeOf(actor).parent;
    all.set(actor, {
      ...{ actor, machine, parent, state: '', states: [], since: null, trouble: null, timers: [] },
      ...{ last: null, moved: null, facts: null },
    });
    // Without those above it an actor would be torn from its camera.
    if (parent !== null) add(parent, '');
  };
  for (const { actor, machine } of lanes) add(actor, machine);
  const rows = flattened(treeOf(all), new Set());
  const places = new Map(rows.map(({ standing }, place) => [standing.actor, place]));
  return lanes.toSorted((one, other) => places.get(one.actor)! - places.get(other.actor)!);
}
