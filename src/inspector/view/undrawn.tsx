/** An actor whose machine this page has no drawing of: its states as a list, from the chart that came with the trace. */
import type { Standing } from '../model/picture.ts';
import { isWithin } from '../model/timers.ts';
import type { ChartData } from '../model/wire.ts';

export function Undrawn({ standing, chart }: { standing: Standing; chart: ChartData | undefined }) {
  const { machine, states } = standing;
  const known = chart?.states ?? states.map((id) => ({ id, name: id, description: null, parent: null }));
  return (
    <div class="undrawn">
      <p class="quiet">{`This page has no drawing of the machine "${machine}". These are its states.`}</p>
      <ul>
        {known.map(({ id, name, description }) => (
          <li
            key={id}
            data-depth={id.split('.').length - 1}
            data-lit={
              states.includes(id) ? 'active' : states.some((one) => isWithin(one, id)) ? 'around' : undefined
            }
          >
            <b>{name}</b> {description !== null && <span class="quiet">{description}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
