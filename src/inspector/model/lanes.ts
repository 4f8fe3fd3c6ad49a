/** The timeline as data: a lane for each actor, cut into pieces of one state each. */
import { type Mood, moodOf } from './mood.ts';
import type { Story } from './story.ts';

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

/** In the order in which the actors appeared. */
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
  return [...lanes.values()];
}
