/**
 * GET /metrics for Prometheus. Open where probes ask, since that listener is the host's own; behind a login where
 * everybody can ask (docs/decisions). It counts nothing: whoever does is handed in.
 */
import type { FastifyInstance } from 'fastify';
import type { Doorkeeper } from '../auth/doorkeeper.ts';
import { RpcFault } from '../rpc/fault.ts';
import { principalOf } from './credentials.ts';

export interface MetricsPage {
  readonly contentType: string;
  text(): Promise<string>;
}

/** @param access the doorkeeper that every reader has to pass; null: nobody is asked */
export function addMetrics(
  app: FastifyInstance,
  page: MetricsPage,
  { doorkeeper }: { readonly doorkeeper: Doorkeeper | null },
): void {
  app.get('/metrics', async (request, reply) => {
    if (doorkeeper !== null && principalOf(request.headers, doorkeeper) === null) {
      throw new RpcFault('auth-failed', {
        reason: 'not_authenticated',
        details: 'Metrics need a login on this port.',
        suggestion: 'Send Authorization: Bearer with a key of role viewer, or ask the port for probes.',
      });
    }
    return reply
      .header('Cache-Control', 'no-store')
      .type(page.contentType)
      .send(await page.text());
  });
}
