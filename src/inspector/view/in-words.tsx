/**
 * Where the actor is and what may come, in words. At present the service itself explains its cameras (explain_camera); of
 * the past, and of a file, the chart does.
 */
import { useEffect, useState } from 'preact/hooks';
import { outlookOf } from '../model/outlook.ts';
import type { Standing } from '../model/picture.ts';
import { placeOf } from '../model/place.ts';
import { QUIET_REGION } from '../model/sheets.ts';
import type { Explanation } from '../model/wire.ts';
import { descriptionsOf } from '../model/words.ts';
import { following, growth, instant, picture, source, story } from '../store.ts';

export function InWords({ standing }: { standing: Standing }) {
  const { camera } = placeOf(standing.actor);
  const explanation = useExplanation(
    following.value ? (camera ?? cameraFor(standing.actor)) : null,
    standing.last,
  );
  if (explanation === null) return <OfTheChart standing={standing} />;
  const role = source.value.kind === 'live' ? source.value.login.role : '';
  const own = explanation.places.find(({ actor }) => actor === standing.actor);
  const isCamera = standing.actor === `camera:${camera}`;
  if (own === undefined && !isCamera) return <OfTheChart standing={standing} />;
  return (
    <div class="block" data-words="service">
      <h3>In words</h3>
      {isCamera && <p>{explanation.summary}</p>}
      {own !== undefined && (
        <>
          {!isCamera && <p>{own.sentence}</p>}
          <ul class="next">
            {/* The summary of a camera may have said it already. */}
            {own.next
              .filter(({ sentence }) => !isCamera || !explanation.summary.includes(sentence))
              .map(({ sentence }) => (
                <li key={sentence}>{sentence}</li>
              ))}
          </ul>
          {own.guards.length > 0 && (
            <details>
              <summary>{`${own.guards.length} ${own.guards.length === 1 ? 'guard does' : 'guards do'} not hold`}</summary>
              <ul class="next">
                {own.guards.map(({ guard, target, facts }) => (
                  <li key={`${guard} ${target}`}>
                    <span class="code">{guard}</span>
                    {target === '' ? '' : ` → ${target}`}
                    <span class="quiet">{` ${Object.entries(facts)
                      .map(([name, value]) => `${name} ${value}`)
                      .join(', ')}`}</span>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </>
      )}
      {isCamera && (
        <p class="methods">
          <span class="quiet">
            {role === 'viewer' ? 'Would work now, for an operator: ' : 'Would work now: '}
          </span>
          {explanation.allowed_methods.map((name) => (
            <code key={name}>{name}</code>
          ))}
        </p>
      )}
    </div>
  );
}

function OfTheChart({ standing }: { standing: Standing }) {
  const chart = story.value.charts[standing.machine];
  const told = standing.states
    .filter((id) => !QUIET_REGION.test(id))
    .flatMap((id) => descriptionsOf(chart, id).slice(0, 1));
  const outlook = outlookOf(standing, chart, instant.value);
  if (told.length === 0 && outlook.length === 0) return null;
  return (
    <div class="block" data-words="chart">
      <h3>In words</h3>
      {[...new Set(told)].map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {outlook.length > 0 && (
        <ul class="next">
          {outlook.map(({ sentence }, place) => (
            <li key={place}>{sentence}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The media server and the disk are explained together with any camera. */
function cameraFor(actor: string): string | null {
  if (actor !== 'media-server' && actor !== 'storage') return null;
  const camera = [...picture.value.keys()].find((one) => one.startsWith('camera:'));
  return camera === undefined ? null : placeOf(camera).camera;
}

/** Asked anew whenever the camera's actor has moved, and now and then while its timers run. */
function useExplanation(camera: string | null, last: number | null): Explanation | null {
  const [told, setTold] = useState<{ camera: string; explanation: Explanation } | null>(null);
  const from = source.value;
  growth.value;
  useEffect(() => {
    if (camera === null || from.kind !== 'live') return;
    let wanted = true;
    const ask = () =>
      from.feed
        .call<Explanation>('explain_camera', { device: camera })
        .then((explanation) => wanted && setTold({ camera, explanation }))
        .catch(() => wanted && setTold(null));
    void ask();
    const timer = setInterval(ask, 1000);
    return () => {
      wanted = false;
      clearInterval(timer);
    };
  }, [camera, from, last]);
  return told !== null && told.camera === camera && from.kind === 'live' ? told.explanation : null;
}
