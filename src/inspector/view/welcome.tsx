/** Before there is a story: the login, and the way to open a file. */
import { useState } from 'preact/hooks';
import { logIn, served } from '../session.ts';
import { notice, source } from '../store.ts';

export function Welcome() {
  const { kind } = source.value;
  if (kind === 'connecting')
    return (
      <main class="welcome">
        <p class="quiet">Asking the service for its actors.</p>
      </main>
    );
  return (
    <main class="welcome">
      <section>
        <h2>See what every camera does, and why</h2>
        <p>
          Every camera, stream and recording of this service is a statechart. Here they are with what they
          wait for, what they did, and what brought it about.
        </p>
        {notice.value !== null && (
          <p class="wrong" role="alert">
            {notice.value}
          </p>
        )}
        {kind === 'lost' && source.value.kind === 'lost' && <p class="wrong">{source.value.sentence}</p>}
        {served ? <LoginForm /> : <Offline />}
        <div class="drop-here">
          <b>{served ? 'Or drop a trace here' : 'Drop a trace here'}</b>
          <span>
            <code>camctl export-trace story.json</code> writes one. It is read on this machine and sent
            nowhere.
          </span>
        </div>
      </section>
    </main>
  );
}

function LoginForm() {
  const [key, setKey] = useState('');
  return (
    <form
      class="login"
      onSubmit={(event) => {
        event.preventDefault();
        if (key.trim() !== '') logIn(key.trim());
      }}
    >
      <label for="key">Key or token</label>
      <div class="fields">
        <input
          id="key"
          type="password"
          autocomplete="off"
          spellcheck={false}
          placeholder="csk_…"
          value={key}
          onInput={({ currentTarget }) => setKey(currentTarget.value)}
        />
        <button type="submit" class="primary">
          Connect
        </button>
      </div>
      <p class="quiet">
        Role viewer is enough to look. The key is kept for this tab alone. <code>npm run demo</code> prints
        one for an admin; a service keeps it in <code>camctl.json</code> of its data directory.
      </p>
    </form>
  );
}

function Offline() {
  return (
    <p class="quiet">
      This page was opened from a file, so there is no service to ask. A live one is at <code>/inspect</code>{' '}
      of every running service.
    </p>
  );
}
