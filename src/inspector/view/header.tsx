/** The top line: what is shown, from where, and how the connection stands. */
import { useRef } from 'preact/hooks';
import { moodOf } from '../model/mood.ts';
import { clockOf, dayOf } from '../model/words.ts';
import { logIn, logOut, openFile, served } from '../session.ts';
import { legendShown, picture, source } from '../store.ts';

export function Header() {
  const { kind } = source.value;
  return (
    <header class="top">
      <h1>Inspector</h1>
      <Origin />
      <Troubles />
      <span class="push" />
      <button
        type="button"
        class="plain"
        aria-expanded={legendShown.value}
        aria-controls="legend"
        onClick={() => {
          legendShown.value = !legendShown.value;
        }}
      >
        Signs
      </button>
      <OpenButton />
      {(kind === 'live' || kind === 'lost') && (
        <button type="button" class="plain" onClick={logOut}>
          Log out
        </button>
      )}
      {kind === 'file' && served && sessionStorage.getItem('inspector-login') !== null && (
        <button
          type="button"
          class="plain"
          onClick={() => logIn(sessionStorage.getItem('inspector-login') ?? '')}
        >
          Back to live
        </button>
      )}
    </header>
  );
}

/** One line on where the story comes from. It is spoken when it changes. */
function Origin() {
  const from = source.value;
  switch (from.kind) {
    case 'live':
      return (
        <p class="origin" role="status" data-connection="live">
          <i class="lamp well" />
          <b>Live</b>
          <span class="rest">
            {location.host}, version {from.login.version}, as {from.login.role}
          </span>
        </p>
      );
    case 'connecting':
      return (
        <p class="origin" role="status" data-connection="connecting">
          <i class="lamp busy" />
          <b>Connecting</b>
        </p>
      );
    case 'lost':
      return (
        <p class="origin" role="status" data-connection="lost">
          <i class="lamp trouble" />
          <b>Not connected</b>
          <span class="rest">{from.sentence}</span>
          <button type="button" class="plain" onClick={() => from.feed.retryNow()}>
            Try now
          </button>
        </p>
      );
    case 'file': {
      const at = Date.parse(from.exportedAt);
      const when = Number.isNaN(at) ? '' : `, ${dayOf(at)} ${clockOf(at).slice(0, 8)}`;
      return (
        <p class="origin" role="status" data-connection="file">
          <i class="lamp rest" />
          <b>File</b>
          <span class="rest">
            {from.name}, version {from.version}
            {when}
          </span>
        </p>
      );
    }
    default:
      return <p class="origin" role="status" data-connection="none" />;
  }
}

function Troubles() {
  if (source.value.kind === 'none') return null;
  const count = [...picture.value.values()].filter((standing) => moodOf(standing) === 'trouble').length;
  if (count === 0) return null;
  return (
    <p class="troubles">
      <i class="sign trouble" />
      {count === 1 ? '1 actor in trouble' : `${count} actors in trouble`}
    </p>
  );
}

function OpenButton() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="plain" onClick={() => input.current?.click()}>
        Open a file
      </button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label="Exported trace"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file !== undefined) void openFile(file);
          currentTarget.value = '';
        }}
      />
    </>
  );
}
