/** One step: what the actor took, what it did, what brought it about and what followed. */

import { goToStep } from '../hand.ts';
import { chainOf, effectsOf, isCut } from '../model/causes.ts';
import type { TraceRecord } from '../model/wire.ts';
import { clockOf, eventWords, lengthOf, wayWords } from '../model/words.ts';
import { growth, story } from '../store.ts';

export function Step({ index }: { index: number }) {
  growth.value;
  const record = story.value.records[index];
  if (record === undefined) return null;
  const chain = chainOf(story.value, index);
  const effects = effectsOf(story.value, index);
  return (
    <div class="step" data-step={record.seq}>
      <h3>
        Step {record.seq} <span class="quiet digits">{clockOf(Date.parse(record.time))}</span>
      </h3>
      <p class="way-taken">{wayWords(record)}</p>
      <dl class="facts">
        <Fact name="took" value={eventWords(record.event)} />
        <Fact name="saying" value={record.payload} />
        <Fact name="from" value={record.source ?? (record.kind === 'life' ? null : 'outside the actors')} />
        <Fact name="did" value={record.actions.join(', ')} />
        <Fact
          name="waits"
          value={record.delays.map(({ name, duration_ms: ms }) => `${name} ${lengthOf(ms)}`).join(', ')}
        />
        <Fact name="trouble" value={record.trouble} />
        <Fact name="call" value={record.correlation_id} />
        <Fact
          name="process"
          value={record.life === null ? null : `version ${record.life.version}, pid ${record.life.pid}`}
        />
      </dl>
      <h3>Because of</h3>
      <ol class="chain">
        {isCut(chain) && <li class="quiet">earlier steps are not kept any more</li>}
        {chain.map((link) => (
          <Link
            key={link.index}
            index={link.index}
            record={link.record}
            isHere={link.index === index}
            depth={0}
          />
        ))}
      </ol>
      {effects.length > 0 && (
        <>
          <h3>What followed</h3>
          <ol class="chain effects">
            {effects.map((link) => (
              <Link
                key={link.index}
                index={link.index}
                record={link.record}
                isHere={false}
                depth={link.depth - 1}
              />
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

interface LinkProps {
  readonly index: number;
  readonly record: TraceRecord;
  readonly isHere: boolean;
  readonly depth: number;
}

function Link({ index, record, isHere, depth }: LinkProps) {
  return (
    <li data-depth={Math.min(depth, 4)}>
      <button
        type="button"
        class="link"
        aria-current={isHere ? 'step' : undefined}
        onClick={() => goToStep(index)}
      >
        <span class="actor">{record.actor}</span>
        <span class="what">{wayWords(record)}</span>
        <span class="event">{eventWords(record.event)}</span>
      </button>
    </li>
  );
}

function Fact({ name, value }: { name: string; value: string | null }) {
  if (value === null || value === '') return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
