/** Errors over HTTP: the same faults as on the WebSocket, with an HTTP status and a small JSON body. */
import type { FaultName } from '../rpc/catalogue.ts';
import { RpcFault } from '../rpc/fault.ts';

const STATUS: Partial<Record<FaultName, number>> = {
  'invalid-request': 400,
  'invalid-params': 400,
  'auth-failed': 401,
  'permission-denied': 403,
  'not-found': 404,
  'rate-limited': 503,
  'dependency-failed': 503,
};

export interface HttpErrorBody {
  readonly error: string;
  readonly reason: string;
  readonly details: string;
  readonly suggestion: string;
  readonly timestamp: string;
  readonly status: number;
}

/** Status and body for anything thrown; what is not a fault says nothing of itself. */
export function httpErrorOf(error: unknown, nowMs: number): HttpErrorBody {
  const fault =
    error instanceof RpcFault
      ? error
      : new RpcFault('internal-error', {
          reason: 'internal',
          details: 'The service met an error of its own.',
        });
  const { message, data } = fault.errorObject('');
  return {
    error: message,
    reason: fault.reason,
    details: String(data.details),
    suggestion: fault.suggestion,
    timestamp: new Date(nowMs).toISOString(),
    status: STATUS[fault.fault] ?? 500,
  };
}
