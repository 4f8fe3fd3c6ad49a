/** Which actors and steps are shown, on the left and on the timeline. */
import { isFiltering, NO_FILTER } from '../model/filter.ts';
import { placeOf } from '../model/place.ts';
import { filter, settled, story } from '../store.ts';
import { span, zoomBy } from './time-view.ts';

export function Filters() {
  settled.value;
  const { records, snapshot } = story.value;
  const known = [...(snapshot?.actors ?? []), ...records];
  const cameras = [...new Set(known.map(({ actor }) => placeOf(actor).camera ?? 'host'))].sort(byNumber);
  const machines = [...new Set(known.map(({ machine }) => machine))].sort();
  const set = (change: Partial<typeof NO_FILTER>) => {
    filter.value = { ...filter.value, ...change };
  };
  return (
    <search class="filters">
      <label>
        <span class="hidden">Camera</span>
        <select
          value={filter.value.camera}
          onChange={({ currentTarget }) => set({ camera: currentTarget.value })}
        >
          <option value="">All cameras</option>
          {cameras.map((camera) => (
            <option key={camera} value={camera}>
              {camera === 'host' ? 'no camera' : camera}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="hidden">Machine</span>
        <select
          value={filter.value.machine}
          onChange={({ currentTarget }) => set({ machine: currentTarget.value })}
        >
          <option value="">All machines</option>
          {machines.map((machine) => (
            <option key={machine} value={machine}>
              {machine}
            </option>
          ))}
        </select>
      </label>
      <label class="words">
        <span class="hidden">Words in steps</span>
        <input
          type="search"
          placeholder="Find in steps"
          value={filter.value.text}
          onInput={({ currentTarget }) => set({ text: currentTarget.value })}
        />
      </label>
      {/* Its room is kept: the fields must not move while one types. */}
      <button
        type="button"
        class="plain small all"
        disabled={!isFiltering(filter.value)}
        onClick={() => {
          filter.value = NO_FILTER;
        }}
      >
        Show all
      </button>
      <fieldset class="zoom">
        <legend class="hidden">Length of time shown</legend>
        <button type="button" class="plain small" aria-label="Show more time" onClick={() => zoomBy(2)}>
          −
        </button>
        <button
          type="button"
          class="plain small"
          aria-label="Show all time"
          onClick={() => {
            span.value = null;
          }}
        >
          All
        </button>
        <button type="button" class="plain small" aria-label="Show less time" onClick={() => zoomBy(1 / 2)}>
          +
        </button>
      </fieldset>
    </search>
  );
}

function byNumber(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
