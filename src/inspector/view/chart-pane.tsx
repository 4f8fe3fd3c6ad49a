/** The chart of the chosen actor, with the way down to the sheet that is shown. */
import type { Sheet } from '../model/sheets.ts';
import { shownAs } from '../model/sheets.ts';
import { book, chosenActor, chosenSheet, sheet, standing, story } from '../store.ts';
import { fits, scale, zoomed } from './chart-size.ts';
import { Drawing } from './drawing.tsx';
import { Undrawn } from './undrawn.tsx';

export function ChartPane() {
  const at = standing.value;
  const shown = sheet.value;
  return (
    <section class="pane chart" aria-label="Chart">
      <div class="head">
        <h2>{chosenActor.value}</h2>
        {shown !== null && <Way sheet={shown} />}
        <span class="push" />
        <Zoom />
      </div>
      {at === null && (
        <p class="nothing">{`${chosenActor.value} does not live at this moment. Move the slider, or choose another actor.`}</p>
      )}
      {at !== null && shown !== null && <Drawing sheet={shown} standing={at} />}
      {at !== null && shown === null && <Undrawn standing={at} chart={story.value.charts[at.machine]} />}
    </section>
  );
}

/** From the overview down, and the insides that can be opened from here. */
function Way({ sheet: shown }: { sheet: Sheet }) {
  const way = book.wayTo(shown.name);
  const inside = book.inside(shown.name);
  const states = standing.value?.states ?? [];
  const go = (name: string) => {
    chosenSheet.value = name;
    scale.value = null;
  };
  if (way.length === 1 && inside.length === 0) return null;
  return (
    <nav class="way" aria-label="Sheets">
      {way.map((part, depth) => (
        <button
          key={part.name}
          type="button"
          class="crumb"
          aria-current={part.name === shown.name ? 'true' : undefined}
          onClick={() => go(part.name)}
        >
          {depth === 0 ? 'overview' : part.name.slice(way[depth - 1]!.name.length + 1)}
        </button>
      ))}
      {inside.length > 0 && (
        <label class="inside">
          <span class="hidden">Open the inside of a state</span>
          <select
            value=""
            onChange={({ currentTarget }) => {
              if (currentTarget.value !== '') go(currentTarget.value);
              currentTarget.value = '';
            }}
          >
            <option value="">inside …</option>
            {inside.map(({ name }) => (
              <option key={name} value={name}>
                {name.slice(shown.name.length + 1)}
                {states.some((id) => shownAs(shown, id) === name) ? ' (active)' : ''}
              </option>
            ))}
          </select>
        </label>
      )}
      {chosenSheet.value !== null && (
        <button
          type="button"
          class="plain small"
          onClick={() => {
            chosenSheet.value = null;
          }}
        >
          Follow the state
        </button>
      )}
    </nav>
  );
}

function Zoom() {
  const change = (by: number) => {
    scale.value = zoomed(scale.value, fits.value, by);
  };
  return (
    <fieldset class="zoom">
      <legend class="hidden">Size of the chart</legend>
      <button type="button" class="plain small" aria-label="Smaller" onClick={() => change(1 / 1.25)}>
        −
      </button>
      <button
        type="button"
        class="plain small"
        aria-pressed={scale.value === 'whole'}
        title={scale.value === 'whole' ? 'Back to a size that can be read' : 'Show the whole drawing'}
        onClick={() => {
          scale.value = scale.value === 'whole' ? null : 'whole';
        }}
      >
        Fit
      </button>
      <button type="button" class="plain small" aria-label="Larger" onClick={() => change(1.25)}>
        +
      </button>
    </fieldset>
  );
}
