/** Below everything: the hand of the clock, the filters, and the lanes of all actors. */
import { useState } from 'preact/hooks';
import { growth, story } from '../store.ts';
import { Filters } from './filters.tsx';
import { Lanes } from './lanes.tsx';
import { Moment, Slider } from './slider.tsx';
import { StepList } from './step-list.tsx';
import { Transport } from './transport.tsx';

export function TimePane() {
  const [asList, setAsList] = useState(false);
  growth.value;
  const { gaps } = story.value;
  return (
    <section class="pane time" aria-label="Timeline">
      <div class="bar">
        <Transport />
        <Moment />
        <span class="push" />
        <Filters />
      </div>
      {gaps.length > 0 && <Gap />}
      <div class="slide">
        <fieldset class="switch">
          <legend class="hidden">How steps are shown</legend>
          <button type="button" aria-pressed={!asList} onClick={() => setAsList(false)}>
            Lanes
          </button>
          <button type="button" aria-pressed={asList} onClick={() => setAsList(true)}>
            List
          </button>
        </fieldset>
        <Slider />
      </div>
      <div class="body">{asList ? <StepList /> : <Lanes />}</div>
    </section>
  );
}

function Gap() {
  const { gaps, records } = story.value;
  const missing = gaps.reduce((sum, at) => sum + records[at]!.seq - records[at - 1]!.seq - 1, 0);
  return (
    <p class="gap" role="note">
      {`${missing} steps are missing from this trace; the marks show where.`}
    </p>
  );
}
