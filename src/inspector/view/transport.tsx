/** The buttons that move the hand: step, play, speed, back to the present or to the end. */
import { goLive, goTo, hold, play, playing, SPEEDS, speed, stepBy } from '../hand.ts';
import { following, source, story } from '../store.ts';

export function Transport() {
  const isLive = source.value.kind === 'live';
  return (
    <div class="transport" role="toolbar" aria-label="Move through time">
      <Button word="To the beginning" sign="M4 3v10M13 3L6 8l7 5z" act={() => goTo(0)} />
      <Button word="One step back" sign="M12 3L4 8l8 5z" act={() => stepBy(-1)} />
      <Button
        word={playing.value ? 'Pause' : 'Play'}
        sign={playing.value ? 'M5 3v10M11 3v10' : 'M4 2.5L13 8l-9 5.5z'}
        act={play}
      />
      <Button word="One step on" sign="M4 3l8 5-8 5z" act={() => stepBy(1)} />
      <label class="speed">
        <span class="hidden">Speed</span>
        <select
          value={String(speed.value)}
          onChange={({ currentTarget }) => {
            speed.value = Number(currentTarget.value);
          }}
        >
          {SPEEDS.map((one) => (
            <option key={one} value={String(one)}>{`${one}×`}</option>
          ))}
        </select>
      </label>
      {isLive ? (
        <button type="button" class="present" onClick={() => (following.value ? hold() : goLive())}>
          {following.value ? 'Pause' : 'Back to live'}
        </button>
      ) : (
        <button type="button" class="present" onClick={() => goTo(story.value.length)}>
          To the end
        </button>
      )}
    </div>
  );
}

function Button({ word, sign, act }: { word: string; sign: string; act: () => void }) {
  return (
    <button type="button" class="icon" aria-label={word} title={word} onClick={act}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d={sign} />
      </svg>
    </button>
  );
}
