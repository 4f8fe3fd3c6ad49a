/** The tree of actors. One of its rows can be reached by Tab, the arrows go on from there. */
import { moodOf, moodWord } from '../model/mood.ts';
import { flattened, type Row } from '../model/tree.ts';
import { choose, chosenActor, closedRows, pane, shownActors, tree } from '../store.ts';

export function Actors() {
  const shown = shownActors.value;
  const rows = flattened(tree.value, closedRows.value).filter((row) => shown === null || isShown(row, shown));
  return (
    <section class="pane actors" aria-label="Actors">
      <h2>Actors</h2>
      {rows.length === 0 && (
        <p class="nothing">{shown === null ? 'No actor lives here.' : 'No actor fits the filter.'}</p>
      )}
      <div class="tree" role="tree" aria-label="Actors" onKeyDown={(event) => onKey(event, rows)}>
        {rows.map((row) => (
          <TreeRow key={row.standing.actor} row={row} reachable={reachable(rows) === row.standing.actor} />
        ))}
      </div>
    </section>
  );
}

function TreeRow({ row, reachable }: { row: Row; reachable: boolean }) {
  const { standing, short, level, children } = row;
  const mood = moodOf(standing);
  const open = !closedRows.value.has(standing.actor);
  const chosen = chosenActor.value === standing.actor;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around it takes the keys of all rows
    <div
      class={`row level${Math.min(level, 4)}`}
      role="treeitem"
      aria-level={level}
      aria-selected={chosen}
      aria-expanded={children.length === 0 ? undefined : open}
      tabIndex={reachable ? 0 : -1}
      data-actor={standing.actor}
      title={`${standing.actor}: ${moodWord(mood)}`}
      onClick={() => {
        choose(standing.actor);
        if (matchMedia('(max-width: 760px)').matches) pane.value = 'chart';
      }}
    >
      <span
        class={children.length === 0 ? 'twist none' : 'twist'}
        data-open={open}
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          if (children.length > 0) setOpen(standing.actor, !open);
        }}
      />
      <i class={`sign ${mood}`} role="img" aria-label={moodWord(mood)} />
      <span class="name">{short}</span>
      <span class="state" title={standing.state}>
        {shortState(standing.state)}
      </span>
    </div>
  );
}

/** The row that Tab leads to: the chosen one, or the first. */
function reachable(rows: readonly Row[]): string | undefined {
  const chosen = rows.find(({ standing }) => standing.actor === chosenActor.value);
  return (chosen ?? rows[0])?.standing.actor;
}

function isShown(row: Row, shown: ReadonlySet<string>): boolean {
  return shown.has(row.standing.actor) || row.children.some((child) => isShown(child, shown));
}

/** `process running, health healthy, folders ours`: the regions' names are for the chart. */
function shortState(state: string): string {
  const regions = state.split(', ');
  return regions.length === 1 ? state : regions.map((region) => region.split(' ').at(-1)).join(', ');
}

function setOpen(actor: string, open: boolean): void {
  const closed = new Set(closedRows.value);
  if (open) closed.delete(actor);
  else closed.add(actor);
  closedRows.value = closed;
}

/** As trees are walked everywhere: up, down, in, out, first, last. */
function onKey(event: KeyboardEvent, rows: readonly Row[]): void {
  const at = rows.findIndex(({ standing }) => standing.actor === chosenActor.value);
  const row = rows[at];
  const open = row !== undefined && row.children.length > 0 && !closedRows.value.has(row.standing.actor);
  let next: Row | undefined;
  if (event.key === 'ArrowDown') next = rows[at + 1];
  else if (event.key === 'ArrowUp') next = rows[Math.max(0, at - 1)];
  else if (event.key === 'Home') next = rows[0];
  else if (event.key === 'End') next = rows.at(-1);
  else if (event.key === 'ArrowRight' && row !== undefined) {
    if (open) next = rows[at + 1];
    else if (row.children.length > 0) setOpen(row.standing.actor, true);
  } else if (event.key === 'ArrowLeft' && row !== undefined) {
    if (open) setOpen(row.standing.actor, false);
    else next = rows.slice(0, at).findLast(({ level }) => level < row.level);
  } else return;
  event.preventDefault();
  if (next === undefined) return;
  const { actor } = next.standing;
  choose(actor);
  const tree = event.currentTarget as HTMLElement;
  requestAnimationFrame(() =>
    tree.querySelector<HTMLElement>(`[data-actor="${CSS.escape(actor)}"]`)?.focus(),
  );
}
