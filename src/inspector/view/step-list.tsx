/** The steps around the hand as a list, newest last: the timeline for whoever reads, or listens. */
import { useEffect, useRef } from 'preact/hooks';
import { goToStep } from '../hand.ts';
import { isFiltering, showsRecord } from '../model/filter.ts';
import { clockOf, eventWords, wayWords } from '../model/words.ts';
import { count, filter, growth, step, story } from '../store.ts';

/** More rows than these are not kept in the page. */
const BEFORE = 150;
const AFTER = 50;

export function StepList() {
  const list = useRef<HTMLOListElement>(null);
  growth.value;
  const here = count.value - 1;
  const rows = rowsAround(here);
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [here]);
  if (rows.length === 0) return <p class="nothing">No step fits the filter.</p>;
  return (
    <ol ref={list} class="step-list">
      {rows.map((index) => {
        const record = story.value.records[index]!;
        return (
          <li key={record.seq} data-later={index > here}>
            <button
              type="button"
              class="link"
              aria-current={index === step.value ? 'step' : undefined}
              onClick={() => goToStep(index)}
            >
              <span class="digits quiet">{clockOf(Date.parse(record.time))}</span>
              <span class="actor">{record.actor}</span>
              <span class="what">{wayWords(record)}</span>
              <span class="event">{eventWords(record.event)}</span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}

function rowsAround(here: number): readonly number[] {
  const { records } = story.value;
  const fits = (index: number) => !isFiltering(filter.value) || showsRecord(filter.value, records[index]!);
  const before: number[] = [];
  for (let index = here; index >= 0 && before.length < BEFORE; index--)
    if (fits(index)) before.unshift(index);
  const after: number[] = [];
  for (let index = here + 1; index < records.length && after.length < AFTER; index++)
    if (fits(index)) after.push(index);
  return [...before, ...after];
}
