/** An error as the wire knows it. Everything thrown ends as one of these before a reply is written. */
import { redact, redactDeep } from '../redaction.ts';
import { CATALOGUE, type FaultName } from './catalogue.ts';

export interface FaultOptions {
  /** Stable snake_case word. */
  readonly reason: string;
  /** One sentence. */
  readonly details: string;
  /** One sentence; the catalogue's own where none is given. */
  readonly suggestion?: string | undefined;
  /** The catalogue's fields and further plain facts. A catalogue field that is not given is null. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The `error` member of a reply. */
export interface ErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** @throws never; it is the thing thrown. */
export class RpcFault extends Error {
  override readonly name = 'RpcFault';
  readonly fault: FaultName;
  readonly reason: string;
  readonly suggestion: string;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(fault: FaultName, options: FaultOptions) {
    super(options.details, options.cause === undefined ? undefined : { cause: options.cause });
    this.fault = fault;
    this.reason = options.reason;
    this.suggestion = options.suggestion ?? CATALOGUE[fault].suggestion;
    this.fields = options.fields ?? {};
  }

  get code(): number {
    return CATALOGUE[this.fault].code;
  }

  /** The reply's error, redacted, with every field that the catalogue promises. */
  errorObject(correlationId: string): ErrorObject {
    const { code, title, fields } = CATALOGUE[this.fault];
    const data: Record<string, unknown> = { ...(redactDeep(this.fields) as Record<string, unknown>) };
    for (const field of fields) data[field] ??= field === 'request_id' ? correlationId : null;
    data.reason = this.reason;
    data.details = redact(this.message);
    data.suggestion = redact(this.suggestion);
    data.correlation_id = correlationId;
    return { code, message: title, data };
  }
}
