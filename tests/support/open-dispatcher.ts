/** The dispatcher alone over a fake Door: text in, reply out, no socket. */
import { ApiKeyStore } from '../../src/api/auth/api-key-store.ts';
import { Doorkeeper } from '../../src/api/auth/doorkeeper.ts';
import type { Role } from '../../src/api/auth/roles.ts';
import { TokenAuthority } from '../../src/api/auth/token-authority.ts';
import { methodsByName } from '../../src/api/methods/table.ts';
import { Dispatcher } from '../../src/api/rpc/dispatcher.ts';
import type { Frame, Session } from '../../src/api/session.ts';
import type { ApiSettings } from '../../src/api/settings.ts';
import { FakeDoor } from './fake-door.ts';
import { FakeShelf } from './fake-shelf.ts';
import { START_AT_MS } from './fake-views.ts';
import type { Reply } from './frame-client.ts';
import { type LogLine, listedLog, TEST_SETTINGS } from './open-api.ts';

export function openDispatcher(settings: Partial<ApiSettings> = {}) {
  const door = new FakeDoor('camera0', 'camera1');
  const shelf = new FakeShelf('/nowhere/recordings', '/nowhere/snapshots');
  const time = { wallMs: START_AT_MS + 10_000, monoMs: 5000 };
  const clock = { wallMs: () => time.wallMs, monoMs: () => time.monoMs };
  const keys = new ApiKeyStore('/nowhere/keys.json', clock.wallMs);
  const tokens = new TokenAuthority('0123456789abcdef0123456789abcdef', clock.wallMs);
  const log: LogLine[] = [];
  const state = { refusing: false };
  const dispatcher = new Dispatcher(
    {
      door,
      shelf,
      settings: { ...TEST_SETTINGS, ...settings },
      doorkeeper: new Doorkeeper(keys, tokens, clock.wallMs),
      clock,
      log: listedLog(log),
      clientCount: () => 1,
      isRefusing: () => state.refusing,
    },
    methodsByName(),
  );
  const session = (role?: Role): Session => ({
    id: '5f0c3d6e-7a0b-4a3e-9a52-0f6f3b0c8d11',
    address: '127.0.0.1',
    host: 'cameras.example',
    principal:
      role === undefined ? null : { subject: role, role, method: 'jwt', keyId: null, expiresAtMs: null },
    pending: 0,
    inspects: false,
  });
  const frame: Frame = { hold: () => undefined };
  /** The reply, parsed; undefined when there is none. */
  const answer = async (
    message: string | object,
    who: Session = session('admin'),
  ): Promise<Reply | undefined> => {
    const text = await dispatcher.answer(
      typeof message === 'string' ? message : JSON.stringify(message),
      who,
      frame,
    );
    return text === undefined ? undefined : (JSON.parse(text) as Reply);
  };
  const call = async (method: string, params?: unknown, who: Session = session('admin')): Promise<Reply> => {
    const reply = await answer(
      { jsonrpc: '2.0', id: 1, method, ...(params === undefined ? {} : { params }) },
      who,
    );
    if (reply === undefined) throw new Error(`${method} was not answered`);
    return reply;
  };
  return { dispatcher, door, shelf, time, tokens, log, state, session, answer, call, frame };
}
