/** Buttons that make a synthetic camera misbehave: for an admin, where fault injection is on. */
import { useState } from 'preact/hooks';
import { goLive } from '../hand.ts';
import { source } from '../store.ts';

const PAIRS = [
  ['unplug', 'plug'],
  ['freeze', 'thaw'],
  ['mute', 'unmute'],
] as const;

const MEANINGS: Readonly<Record<string, string>> = {
  unplug: 'The device goes away.',
  plug: 'The device is there again.',
  freeze: 'The same picture comes again and again.',
  thaw: 'The picture moves again.',
  mute: 'No pictures come.',
  unmute: 'Pictures come again.',
};

export function Faults({ camera }: { camera: string | null }) {
  const [said, setSaid] = useState('');
  const from = source.value;
  if (camera === null || from.kind !== 'live') return null;
  if (!from.login.faultInjection || from.login.role !== 'admin') return null;
  const inject = async (fault: string) => {
    goLive();
    setSaid('');
    try {
      await from.feed.call('inject_fault', { fault, device: camera });
    } catch (error) {
      setSaid((error as Error).message);
    }
  };
  return (
    <div class="block">
      <h3>Try a fault on {camera}</h3>
      <div class="faults">
        {PAIRS.map((pair) => (
          <div key={pair[0]} class="pair">
            {pair.map((fault) => (
              <button key={fault} type="button" title={MEANINGS[fault]} onClick={() => void inject(fault)}>
                {fault}
              </button>
            ))}
          </div>
        ))}
      </div>
      {said !== '' && (
        <p class="wrong" role="alert">
          {said}
        </p>
      )}
    </div>
  );
}
