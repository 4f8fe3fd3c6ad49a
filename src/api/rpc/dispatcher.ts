/**
 * Text in, reply out: envelope, login, role, parameters, method, metadata. No socket, no state of its own.
 * A method that answers at once is answered at once, without a turn of the event loop.
 */
import { randomUUID } from 'node:crypto';
import { roleAllows } from '../auth/roles.ts';
import type { Call, Desk } from '../desk.ts';
import type { Method } from '../methods/method.ts';
import type { NotificationName } from '../notifications.ts';
import { quoted } from '../redaction.ts';
import type { Frame, Session } from '../session.ts';
import { type FlawedCall, notJson, type RpcCall, type RpcId, readEnvelope } from './envelope.ts';
import { faultOf } from './error-map.ts';
import { RpcFault } from './fault.ts';
import { KeptResults } from './kept-results.ts';
import { checkParams } from './params.ts';

/** Calls of one connection that may be unanswered at once. */
export const MAX_PENDING_CALLS = 100;

type Answer = string | undefined;

/** Answers the frames of every connection. */
export class Dispatcher {
  readonly #desk: Desk;
  readonly #methods: ReadonlyMap<string, Method>;
  readonly #unanswered = new Set<Promise<Answer>>();
  readonly #kept = new KeptResults();
  #stamp = { atMs: Number.NaN, text: '' };

  constructor(desk: Desk, methods: ReadonlyMap<string, Method>) {
    this.#desk = desk;
    this.#methods = methods;
  }

  /** @returns the reply's text; undefined when nothing is to be answered. Never rejects. */
  answer(text: string, session: Session, frame: Frame): Answer | Promise<Answer> {
    const envelope = readEnvelope(text);
    const [first] = envelope.items;
    if (!envelope.batch && first !== undefined) return this.#one(first, session, frame);
    return this.#all(envelope.items, session, frame);
  }

  /** The reply to a binary frame: we speak text. */
  answerBinary(): string {
    return this.#flawed(notJson('The frame is binary; JSON-RPC is spoken in text frames here.'));
  }

  /** Resolves when the calls that are unanswered now have their answers. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#unanswered);
  }

  /** A batch runs in its order, one call after the other, so that a later call sees what an earlier one did. */
  async #all(items: readonly (RpcCall | FlawedCall)[], session: Session, frame: Frame): Promise<Answer> {
    const answers: string[] = [];
    for (const item of items) {
      const answer = await this.#one(item, session, frame);
      if (answer !== undefined) answers.push(answer);
    }
    return answers.length === 0 ? undefined : `[${answers.join(',')}]`;
  }

  #one(item: RpcCall | FlawedCall, session: Session, frame: Frame): Answer | Promise<Answer> {
    if (item.kind === 'flawed') return this.#flawed(item);
    const { clock } = this.#desk;
    const startedMs = clock.monoMs();
    const call: Call = { desk: this.#desk, session, correlationId: randomUUID(), nowMs: clock.wallMs() };
    const succeed = (result: string): Answer => {
      this.#note(item, call, startedMs, null);
      return item.id === undefined ? undefined : this.#reply(item.id, call, startedMs, `"result":${result}`);
    };
    const fail = (error: unknown): Answer => {
      const fault = this.#fault(error, item, call);
      this.#note(item, call, startedMs, fault);
      if (item.id === undefined) return undefined;
      return this.#reply(item.id, call, startedMs, errorMember(fault, call));
    };
    try {
      const outcome = this.#perform(item, call, frame);
      if (!(outcome instanceof Promise)) return succeed(outcome);
      session.pending += 1;
      const answer = outcome
        .then(succeed)
        .catch(fail)
        .finally(() => {
          session.pending -= 1;
          this.#unanswered.delete(answer);
        });
      this.#unanswered.add(answer);
      return answer;
    } catch (error) {
      return fail(error);
    }
  }

  /** @returns the result as JSON text */
  #perform(item: RpcCall, call: Call, frame: Frame): string | Promise<string> {
    const method = this.#methods.get(item.method);
    if (method === undefined) throw unknownMethod(item.method);
    this.#permit(method, call);
    if (method.fromViews !== true) return textOf(this.#handle(method, item, call, frame));
    const { door, clock } = this.#desk;
    const { host, principal } = call.session;
    const key = `${method.name} ${principal?.role} ${host} ${JSON.stringify(item.params)}`;
    const make = () => JSON.stringify(this.#handle(method, item, call, frame));
    return this.#kept.textOf(key, door.revision(), clock.monoMs(), make);
  }

  #handle(method: Method, item: RpcCall, call: Call, frame: Frame): unknown {
    const params = checkParams(method.params, item.params);
    if (item.id !== undefined && method.causes !== undefined) this.#hold(method.causes, params, frame);
    const result = method.handle(params, call);
    if (this.#desk.settings.checkResults !== true) return result;
    return result instanceof Promise
      ? result.then((late) => method.result.parse(late))
      : method.result.parse(result);
  }

  #hold(causes: readonly NotificationName[], params: unknown, frame: Frame): void {
    const device = this.#deviceOf(params);
    for (const cause of causes) frame.hold(cause, device);
  }

  #permit(method: Method, { session, desk }: Call): void {
    if (method.role !== 'none') {
      if (session.principal === null) {
        throw new RpcFault('auth-failed', {
          reason: 'not_authenticated',
          details: 'This connection has not logged in.',
        });
      }
      desk.doorkeeper.check(session.principal);
      const have = session.principal.role;
      if (!roleAllows(have, method.role)) {
        throw new RpcFault('permission-denied', {
          reason: 'role_too_low',
          details: `${method.name} needs the role ${method.role}, this login has ${have}.`,
          fields: { required_role: method.role, have_role: have },
        });
      }
    }
    if (method.name === 'ping') return;
    if (desk.isRefusing()) throw stopping();
    if (session.pending >= MAX_PENDING_CALLS) throw tooMany();
  }

  #fault(error: unknown, item: RpcCall, { desk, nowMs }: Call): RpcFault {
    const allowedStates = this.#methods.get(item.method)?.allowedStates ?? [];
    try {
      return faultOf(error, { door: desk.door, device: this.#deviceOf(item.params), allowedStates, nowMs });
    } catch (worse) {
      return faultOf(worse, { door: desk.door, device: null, allowedStates, nowMs });
    }
  }

  /** The camera's id where the parameters name a camera that exists, else what they say. */
  #deviceOf(params: unknown): string | null {
    const device = (params as { device?: unknown } | null | undefined)?.device;
    if (typeof device !== 'string') return null;
    return this.#desk.door.camera(device)?.device ?? device;
  }

  #flawed({ id, fault }: FlawedCall): string {
    const { clock, log } = this.#desk;
    const correlationId = randomUUID();
    log.debug({ correlation_id: correlationId, reason: fault.reason }, 'frame refused');
    const call = { correlationId, nowMs: clock.wallMs() };
    return this.#reply(id, call, clock.monoMs(), errorMember(fault, call));
  }

  /** @param outcome the member `result` or `error`, as JSON text */
  #reply(id: RpcId, call: Pick<Call, 'correlationId'>, startedMs: number, outcome: string): string {
    const { clock } = this.#desk;
    const tookMs = Math.round((clock.monoMs() - startedMs) * 1000) / 1000;
    const stamp = this.#stampNow(clock.wallMs());
    const metadata = `{"processing_time_ms":${tookMs},"server_timestamp":"${stamp}","request_id":"${call.correlationId}"}`;
    return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},${outcome},"metadata":${metadata}}`;
  }

  /** Thousands of replies share a millisecond; its text is made once. */
  #stampNow(nowMs: number): string {
    if (nowMs !== this.#stamp.atMs) this.#stamp = { atMs: nowMs, text: new Date(nowMs).toISOString() };
    return this.#stamp.text;
  }

  #note(item: RpcCall, call: Call, startedMs: number, fault: RpcFault | null): void {
    const { log, clock } = this.#desk;
    const facts = {
      correlation_id: call.correlationId,
      session_id: call.session.id,
      user: call.session.principal?.subject ?? null,
      method: item.method.slice(0, 64),
      ms: clock.monoMs() - startedMs,
    };
    if (fault === null) log.debug(facts, 'call answered');
    else if (fault.fault === 'internal-error') log.error({ ...facts, err: fault.cause }, 'call failed');
    else if (fault.fault === 'permission-denied' || fault.fault === 'auth-failed') {
      log.warn({ ...facts, reason: fault.reason, address: call.session.address }, 'call denied');
    } else log.debug({ ...facts, reason: fault.reason }, 'call refused');
  }
}

function textOf(result: unknown): string | Promise<string> {
  return result instanceof Promise ? result.then((late) => JSON.stringify(late)) : JSON.stringify(result);
}

function errorMember(fault: RpcFault, { correlationId }: Pick<Call, 'correlationId'>): string {
  return `"error":${JSON.stringify(fault.errorObject(correlationId))}`;
}

function unknownMethod(name: string): RpcFault {
  return new RpcFault('method-not-found', {
    reason: 'method_not_found',
    details: `There is no method ${quoted(name)}.`,
    fields: { hint: 'Method names are snake_case, e.g. get_camera_list.' },
  });
}

function stopping(): RpcFault {
  return new RpcFault('dependency-failed', {
    reason: 'service_stopping',
    details: 'The service is stopping and takes no new calls.',
    suggestion: 'Connect again when the service is back.',
    fields: { dependency: 'service', detail: 'stopping' },
  });
}

function tooMany(): RpcFault {
  return new RpcFault('rate-limited', {
    reason: 'too_many_pending_calls',
    details: `${MAX_PENDING_CALLS} calls of this connection are still unanswered.`,
    fields: { retry_after_ms: 1000 },
  });
}
