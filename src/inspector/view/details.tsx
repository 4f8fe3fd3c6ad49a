/** The right side: the chosen actor in words, what it waits for, its facts; below, one step with what led to it. */
import { Fragment } from 'preact';
import { moodOf, moodWord } from '../model/mood.ts';
import type { Standing } from '../model/picture.ts';
import { placeOf } from '../model/place.ts';
import { stillRunning } from '../model/timers.ts';
import { countdown, lengthOf } from '../model/words.ts';
import { chosenActor, following, instant, source, standing, step } from '../store.ts';
import { Faults } from './faults.tsx';
import { InWords } from './in-words.tsx';
import { Step } from './step.tsx';

export function Details() {
  const at = standing.value;
  return (
    <section class="pane details" aria-label="Details">
      {at === null ? (
        <h2>{chosenActor.value}</h2>
      ) : (
        <>
          <Head standing={at} />
          {at.trouble !== null && <p class="wrong">{at.trouble}</p>}
          <InWords standing={at} />
          <Timers standing={at} />
          <Faults camera={placeOf(at.actor).camera} />
          <Facts standing={at} />
        </>
      )}
      {step.value !== null && <Step index={step.value} />}
    </section>
  );
}

function Head({ standing: at }: { standing: Standing }) {
  const mood = moodOf(at);
  const since = at.since === null ? null : Math.max(0, instant.value - at.since);
  return (
    <div class="about">
      <h2>{at.actor}</h2>
      <p class="now">
        <i class={`sign ${mood}`} aria-hidden="true" />
        {/* A long path is broken at its dots. */}
        <b>
          {at.state.split('.').map((name, depth) => (
            <Fragment key={`${depth} ${name}`}>
              {depth > 0 && (
                <>
                  .<wbr />
                </>
              )}
              {name}
            </Fragment>
          ))}
        </b>
      </p>
      <p class="quiet">
        {moodWord(mood)}
        {since === null ? '' : `, for ${lengthOf(since)}`}
      </p>
    </div>
  );
}

function Timers({ standing: at }: { standing: Standing }) {
  const running = stillRunning(at.timers, instant.value);
  if (running.length === 0) return null;
  return (
    <div class="block">
      <h3>Timers</h3>
      <ul class="timers">
        {running.map(({ name, durationMs, endsAt }) => {
          const left = endsAt - instant.value;
          return (
            <li key={name}>
              <span class="code">{name}</span>
              <span class="digits">{`${countdown(left)} of ${lengthOf(durationMs)}`}</span>
              <progress max={durationMs} value={left} aria-label={`${name}, time left`} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Facts({ standing: at }: { standing: Standing }) {
  const facts = Object.entries(at.facts ?? {});
  if (at.facts === null) {
    const why =
      source.value.kind === 'file'
        ? 'They are known of the end of the trace alone.'
        : 'They are known of the present alone.';
    return following.value ? null : (
      <div class="block">
        <h3>Facts</h3>
        <p class="quiet">{why}</p>
      </div>
    );
  }
  if (facts.length === 0) return null;
  return (
    <div class="block">
      <h3>Facts</h3>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt title={name}>{name}</dt>
            <dd>{factText(value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function factText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(factText).join(', ');
  if (typeof value === 'object' && value !== null) {
    const { message } = value as { message?: unknown };
    if (typeof message === 'string') return message;
    return Object.entries(value)
      .map(([name, item]) => `${name} ${factText(item)}`)
      .join(', ');
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}
