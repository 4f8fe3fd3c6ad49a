/** The whole page: what it is about on top, actors, chart and details side by side, time below. */
import { useEffect } from 'preact/hooks';
import { stepBy } from '../hand.ts';
import { growth, notice, pane, source, story } from '../store.ts';
import { Actors } from './actors.tsx';
import { ChartPane } from './chart-pane.tsx';
import { Details } from './details.tsx';
import { DropTarget } from './drop-target.tsx';
import { Header } from './header.tsx';
import { Legend } from './legend.tsx';
import { Tabs } from './tabs.tsx';
import { TimePane } from './time-pane.tsx';
import { Welcome } from './welcome.tsx';

export function App() {
  useEffect(() => {
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  growth.value;
  const { kind } = source.value;
  const isEmpty = kind === 'none' || (story.value.length === 0 && story.value.snapshot === null);
  return (
    <DropTarget>
      <Header />
      {notice.value !== null && !isEmpty && <Notice text={notice.value} />}
      {isEmpty ? (
        <Welcome />
      ) : (
        <>
          <main class="panes" data-pane={pane.value}>
            <Actors />
            <ChartPane />
            <Details />
            <TimePane />
          </main>
          <Tabs />
        </>
      )}
      <Legend />
    </DropTarget>
  );
}

function Notice({ text }: { text: string }) {
  return (
    <div class="notice" role="alert">
      <span>{text}</span>
      <button
        type="button"
        class="plain"
        onClick={() => {
          notice.value = null;
        }}
      >
        Put away
      </button>
    </div>
  );
}

/** Comma and full stop step through time wherever one is, but not while something is typed. */
function onKey(event: KeyboardEvent): void {
  const { target } = event;
  const typing = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === ',') stepBy(-1);
  else if (event.key === '.') stepBy(1);
  else return;
  event.preventDefault();
}
