/** The service as a whole, in the classic words. Read off the actors' states; nothing is measured here. */
import type { MediaServerView, ServiceView, StateView } from '../door.ts';

export const COMPONENT_WORDS = ['RUNNING', 'STOPPED', 'ERROR', 'STARTING', 'STOPPING'] as const;
export type ComponentWord = (typeof COMPONENT_WORDS)[number];

/** First word of a state path: `live` of `live.flowing`. */
export function topState({ state }: StateView): string {
  return state.split('.')[0] ?? state;
}

const PROCESS_WORDS: Readonly<Record<string, ComponentWord>> = {
  notStarted: 'STARTING',
  adopting: 'STARTING',
  launching: 'STARTING',
  restartBackoff: 'STARTING',
  ending: 'STOPPING',
  stopping: 'STOPPING',
  exited: 'STOPPED',
  stopped: 'STOPPED',
};

const HEALTH_WORDS: Readonly<Record<string, ComponentWord>> = {
  healthy: 'RUNNING',
  failing: 'RUNNING',
  tripped: 'ERROR',
  refused: 'ERROR',
};

/** The media server's two regions as one word: where its process runs, or is not ours, its health decides. */
export function mediaServerWord({ process, health }: MediaServerView): ComponentWord {
  const processWord = process === null ? undefined : PROCESS_WORDS[topState(process)];
  return processWord ?? HEALTH_WORDS[topState(health)] ?? 'STARTING';
}

/** HEALTHY: all there. UNHEALTHY: no stream or no recording can work. DEGRADED: what lies between. */
export function overallWord(service: ServiceView): 'HEALTHY' | 'DEGRADED' | 'UNHEALTHY' {
  const state = topState(service);
  if (state === 'ready') return 'HEALTHY';
  if (state === 'starting') return 'DEGRADED';
  if (state !== 'partial') return 'UNHEALTHY';
  const noServer = ['ERROR', 'STOPPED'].includes(mediaServerWord(service.mediaServer));
  return noServer || topState(service.storage) === 'missing' ? 'UNHEALTHY' : 'DEGRADED';
}

/** Whether cameras are being looked for. */
export function discoveryActive({ discovery }: ServiceView): boolean {
  return !/\b(notStarted|starting|retrying)\b/.test(discovery.state);
}

/** Whether calls can be served: everything there, or parts missing but the media server healthy. */
export function isReady(service: ServiceView): boolean {
  const state = topState(service);
  return state === 'ready' || (state === 'partial' && mediaServerWord(service.mediaServer) === 'RUNNING');
}

/** One sentence for people. */
export function serviceSentence(service: ServiceView): string {
  const state = topState(service);
  if (state === 'ready') return 'All parts are there.';
  if (state === 'starting') return 'The service is starting.';
  if (state === 'partial')
    return service.missingParts.map(({ sentence }) => sentence).join(' ') || 'A part is missing.';
  return state === 'handingOver' ? 'The service hands over to its next life.' : 'The service is stopping.';
}
