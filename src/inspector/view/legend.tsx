/** What the signs mean, and which keys there are. */
import { useEffect, useRef } from 'preact/hooks';
import { MOODS } from '../model/mood.ts';
import { legendShown } from '../store.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['Tab', 'from the actors to the chart, the details, the timeline'],
  ['↑ ↓', 'in the actors: up and down; ← → close and open'],
  ['← →', 'on the slider: one step back or on; with Shift ten; Home and End'],
  [', .', 'anywhere: one step back or on'],
  ['Space', 'on the slider: play and pause'],
  ['Esc', 'closes this'],
];

export function Legend() {
  return legendShown.value ? <Shown /> : null;
}

function Shown() {
  const host = useRef<HTMLElement>(null);
  useEffect(() => {
    host.current?.focus();
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') close();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <aside ref={host} id="legend" class="legend" tabIndex={-1} aria-label="Signs and keys">
      <div class="head">
        <h2>Signs</h2>
        <span class="push" />
        <button type="button" class="plain" onClick={close}>
          Close
        </button>
      </div>
      <dl>
        {MOODS.map(({ mood, word, meaning }) => (
          <div key={mood}>
            <dt>
              <i class={`sign ${mood}`} /> {word}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
        <div>
          <dt>
            <i class="swatch lit" /> lit box
          </dt>
          <dd>the state is active</dd>
        </div>
        <div>
          <dt>
            <i class="swatch taken" /> thick arrow
          </dt>
          <dd>the way that the last step took</dd>
        </div>
        <div>
          <dt>
            <i class="swatch plate" /> plate
          </dt>
          <dd>a timer that runs in this state, and what is left of it</dd>
        </div>
        <div>
          <dt>
            <i class="swatch fold" /> hatched
          </dt>
          <dd>on the timeline: a long rest, drawn short</dd>
        </div>
      </dl>
      <h2>Keys</h2>
      <dl>
        {KEYS.map(([key, meaning]) => (
          <div key={meaning}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}

/** Whoever came by keys goes on where the signs were opened. */
function close(): void {
  legendShown.value = false;
  document.querySelector<HTMLElement>('[aria-controls="legend"]')?.focus();
}
