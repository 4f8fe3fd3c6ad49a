/** The service as a whole, in the classic words. Read off the actors' states; nothing is measured here. */
import type { MediaServerView, ServiceView, StateView } from '../door.ts';

export const COMPONENT_WORDS = ['RUNNING', 'STOPPED', 'ERROR', 'STARTING', 'STOPPING'] as const;
export type ComponentWord = (typeof COMPONENT_WORDS)[number];

/** First word of a state path: `live` of `live.flowing`. */
export function topState({ state }: StateView): string {
  return state.split('.')[0] ?? state;
}

/** The media server's two regions as one word. */
export function mediaServerWord({ process, health }: MediaServerView): ComponentWord {
  const running = process === null ? 'running' : topState(process);
  if (running === 'launching' || running === 'restartBackoff') return 'STARTING';
  if (running === 'stopping') return 'STOPPING';
  if (running !== 'running') return 'STOPPED';
  const words: Record<string, ComponentWord> = {
    healthy: 'RUNNING',
    failing: 'RUNNING',
    open: 'ERROR',
    refused: 'ERROR',
  };
  return words[topState(health)] ?? 'STARTING';
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
  return ['watching', 'polling'].includes(topState(discovery));
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
