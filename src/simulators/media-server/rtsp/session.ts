/**
 * One RTSP session: ANNOUNCE or SETUP begins it, TEARDOWN or the end of its connection ends it. Decides which
 * request fits its state; what the request means is its role's business.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { type Json, Refusal } from '../config/values.ts';
import { formatRfc3339, nowMicros } from '../local-time.ts';
import type { RtspConnection } from './connection.ts';
import { SessionCounters } from './counters.ts';
import type { Answer, InterleavedFrame, RtspRequest } from './message.ts';
import { PublisherRole } from './publisher-role.ts';
import { ReaderRole } from './reader-role.ts';
import type { Role, RoleSession } from './role.ts';
import { setupTargetOf } from './target.ts';
import { parseTransport } from './transport.ts';
import type { RtspWorld } from './world.ts';

/** Seconds a client may be silent, as told to it; the limit is 5 s more. */
const TIMEOUT_S = 55;

export class RtspSession implements RoleSession {
  readonly id = randomUUID();
  /** What clients name the session by; not the API's id. */
  readonly secret = randomBytes(16).toString('hex');
  readonly connection: RtspConnection;
  readonly world: RtspWorld;
  readonly counters = new SessionCounters();
  readonly createdMicros = nowMicros();
  #role: Role | null = null;
  #userAgent = '';
  #ended = false;
  #transportSet = false;

  constructor(connection: RtspConnection, world: RtspWorld) {
    this.connection = connection;
    this.world = world;
    this.log('info', `created by ${connection.remoteAddress}`);
    world.sessionOpened(this);
  }

  /** Whether packets flow over the connection now, and in which direction. */
  get flow(): 'in' | 'out' | 'none' {
    if (!this.#role?.active) return 'none';
    return this.#role instanceof PublisherRole ? 'in' : 'out';
  }

  /** The answer to a request of this session. @throws Refusal: the connection ends with that status */
  async handle(request: RtspRequest): Promise<Answer> {
    const answer = await this.#answer(request);
    const named = request.method !== 'ANNOUNCE' && request.method !== 'TEARDOWN';
    if (!named || answer.closeReason !== undefined || answer.status === 401) return answer;
    return { ...answer, headers: { ...answer.headers, Session: `${this.secret};timeout=${TIMEOUT_S}` } };
  }

  frame(frame: InterleavedFrame): void {
    this.#role?.frame(frame);
  }

  /** Ends the session by the server's will: its connection is dropped. */
  close(): void {
    this.end('terminated');
    this.connection.end('terminated');
  }

  /** Leaves the path and is forgotten. Repeatable. */
  end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#role?.leave();
    this.world.sessionClosed(this);
    this.log('info', `destroyed: ${reason}`);
  }

  log(level: 'info' | 'warn', text: string): void {
    this.world.log(level, `[session ${this.id.slice(0, 8)}] ${text}`);
  }

  /** The API's item. */
  get item(): Json {
    const role = this.#role;
    const state = this.flow === 'in' ? 'publish' : this.flow === 'out' ? 'read' : 'idle';
    return {
      id: this.id,
      created: formatRfc3339(this.createdMicros),
      remoteAddr: this.connection.remoteAddress,
      state,
      path: role?.target.path ?? '',
      query: role?.target.query ?? '',
      user: role?.user ?? '',
      userAgent: this.#userAgent,
      transport: this.#transportSet ? 'TCP' : null,
      profile: this.#transportSet ? 'AVP' : null,
      conns: [this.connection.id],
      ...this.counters.fields(role?.lostPackets ?? 0, role?.discardedFrames ?? 0),
    };
  }

  async #answer(request: RtspRequest): Promise<Answer> {
    const role = this.#role;
    switch (request.method) {
      case 'ANNOUNCE':
        return this.#announce(request);
      case 'SETUP':
        return this.#setup(request);
      case 'PLAY':
        if (!(role instanceof ReaderRole)) throw new Refusal('must be in state prePlay');
        return role.start(request);
      case 'RECORD':
        if (!(role instanceof PublisherRole) || role.active) throw new Refusal('must be in state preRecord');
        return role.start(request);
      case 'PAUSE':
        if (role === null) throw new Refusal('must be in state play or record');
        if (role.active) role.pause();
        return { status: 200 };
      case 'TEARDOWN':
        return { status: 200, afterwards: () => this.end(`torn down by ${this.connection.remoteAddress}`) };
      case 'GET_PARAMETER':
        return { status: 200, headers: { 'Content-Type': 'text/parameters' } };
      default:
        return { status: 501 };
    }
  }

  async #announce(request: RtspRequest): Promise<Answer> {
    if (this.#role !== null) throw new Refusal('must be in state initial');
    const role = new PublisherRole(this, request);
    const access = this.connection.access('publish', role.target.path, request);
    if (!access.granted) return this.connection.denied(access);
    role.user = access.user;
    this.#role = role;
    this.#userAgent = request.headers.get('user-agent') ?? '';
    return { status: 200 };
  }

  async #setup(request: RtspRequest): Promise<Answer> {
    if (this.#role?.active) throw new Refusal('must be in state initial, prePlay or preRecord');
    const wish = parseTransport(request.headers.get('transport'));
    if (wish === null || !this.world.tcpAllowed) return { status: 461 };
    if (this.#role === null) {
      const target = setupTargetOf(request.url);
      if (wish.mode === 'record') throw new Refusal('transport header contains a invalid mode (record)');
      this.world.paths.entryFor(target.path);
      const access = this.connection.access('read', target.path, request);
      if (!access.granted) return this.connection.denied(access);
      this.#role = await ReaderRole.enter(this, target, access.user);
      if (this.#ended) this.#role.leave();
      this.#userAgent = request.headers.get('user-agent') ?? '';
    }
    const answer = await this.#role.setup(request, wish);
    this.#transportSet = true;
    return answer;
  }
}
