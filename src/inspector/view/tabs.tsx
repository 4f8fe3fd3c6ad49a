/** On a small screen one pane is seen at a time. */
import { type Pane, pane } from '../store.ts';

const TABS: readonly { readonly pane: Pane; readonly word: string }[] = [
  { pane: 'actors', word: 'Actors' },
  { pane: 'chart', word: 'Chart' },
  { pane: 'details', word: 'Details' },
  { pane: 'time', word: 'Timeline' },
];

export function Tabs() {
  return (
    <nav class="tabs" aria-label="Panes">
      {TABS.map((tab) => (
        <button
          key={tab.pane}
          type="button"
          aria-current={pane.value === tab.pane ? 'page' : undefined}
          onClick={() => {
            pane.value = tab.pane;
          }}
        >
          {tab.word}
        </button>
      ))}
    </nav>
  );
}
