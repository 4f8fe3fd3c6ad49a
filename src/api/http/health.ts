/** The health endpoints. Every word is read off the Door's views; nothing is measured or waited for here. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Desk } from '../desk.ts';
import type { ServiceView } from '../door.ts';
import { redact } from '../redaction.ts';
import { stampOf } from '../shapes/common.ts';
import {
  discoveryActive,
  isReady,
  mediaServerWord,
  overallWord,
  serviceSentence,
  topState,
} from '../shapes/service-shape.ts';

const HEADERS = {
  'Cache-Control': 'no-cache, no-store, must-revalidate',
  Pragma: 'no-cache',
  Expires: '0',
  'Access-Control-Allow-Origin': '*',
};

const STORAGE_HEALTH: Readonly<Record<string, string>> = {
  ok: 'healthy',
  low: 'degraded',
  unknown: 'degraded',
};

/** Adds /health, /health/ready, /health/live and /health/detailed (GET and HEAD) to a listener. */
export function addHealth(app: FastifyInstance, { door, clock }: Desk): void {
  const answer = (
    path: string,
    read: (service: ServiceView, nowMs: number) => { status: number; body: object },
  ): void => {
    app.get(path, (_, reply: FastifyReply) => {
      const { status, body } = read(door.service(), clock.wallMs());
      return reply.code(status).headers(HEADERS).send(body);
    });
  };
  answer('/health', (service, nowMs) => {
    const body = summary(service, nowMs);
    return { status: body.status === 'unhealthy' ? 500 : 200, body };
  });
  answer('/health/detailed', (service, nowMs) => {
    const body = detail(service, nowMs);
    return { status: body.status === 'unhealthy' ? 500 : 200, body };
  });
  answer('/health/ready', (service, nowMs) => {
    const ready = isReady(service);
    const message = redact(serviceSentence(service));
    const details = { media_server: mediaServerWord(service.mediaServer), service: service.state };
    const body = {
      ready,
      status: ready ? 'ready' : 'not_ready',
      timestamp: stampOf(nowMs),
      message,
      details,
    };
    return { status: ready ? 200 : 503, body };
  });
  answer('/health/live', (_, nowMs) => ({
    status: 200, // whoever answers lives
    body: { alive: true, timestamp: stampOf(nowMs), message: 'The service answers.' },
  }));
}

function summary(service: ServiceView, nowMs: number) {
  return {
    status: overallWord(service).toLowerCase(),
    timestamp: stampOf(nowMs),
    version: service.version,
    uptime: Math.max(0, nowMs - service.startedAtMs) / 1000,
  };
}

function detail(service: ServiceView, nowMs: number) {
  const { mediaServer, discovery, storage } = service;
  const components = [
    component('media_server', serverHealth(service), mediaServer.health.state, mediaServer.trouble?.message),
    component(
      'discovery',
      discoveryActive(service) ? 'healthy' : 'degraded',
      discovery.state,
      discovery.trouble?.message,
    ),
    component(
      'storage',
      STORAGE_HEALTH[topState(storage)] ?? 'unhealthy',
      storage.state,
      storage.trouble?.message,
    ),
  ].map((part) => ({ ...part, last_checked: stampOf(nowMs) }));
  const counted = (status: string) => components.filter((part) => part.status === status).length;
  const base = summary(service, nowMs);
  return {
    ...base,
    message: redact(serviceSentence(service)),
    components,
    metrics: {
      uptime_seconds: base.uptime,
      component_count: components.length,
      components_healthy: counted('healthy'),
      components_degraded: counted('degraded'),
      components_unhealthy: counted('unhealthy'),
    },
    environment: { node_version: process.version, platform: process.platform, architecture: process.arch },
  };
}

function serverHealth({ mediaServer }: ServiceView): string {
  const word = mediaServerWord(mediaServer);
  if (word === 'RUNNING') return topState(mediaServer.health) === 'failing' ? 'degraded' : 'healthy';
  return word === 'ERROR' || word === 'STOPPED' ? 'unhealthy' : 'degraded';
}

function component(name: string, status: string, state: string, message: string | undefined) {
  return { name, status, message: message === undefined ? '' : redact(message), details: { state } };
}
