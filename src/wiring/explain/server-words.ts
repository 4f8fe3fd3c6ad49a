/** What the media server's two regions and the disk mean, as far as a camera is concerned. */
import type { MediaServerView, ServiceView } from '../../api/door.ts';
import { times, type WordTable, words } from './words.ts';

const ANSWERS = 'it answers';

export const PROCESS_WORDS: WordTable<MediaServerView> = {
  notStarted: words('The media server is not started yet: what every path should be is gathered first.'),
  external: words('The media server is not ours to start or end.'),
  adopting: words('A media server that an earlier life of the service started is looked for.'),
  launching: words('The media server is being started.', ANSWERS),
  running: words('The media server runs.'),
  ending: words('The media server did not answer for long: it is ended, to be started again.', 'it is gone'),
  exited: words('The media server has ended without being asked.'),
  restartBackoff: words('The media server has ended; it is started again soon.'),
  stopping: words('The media server is being stopped.', 'it is gone'),
  stopped: words('The media server has been stopped.'),
};

export const HEALTH_WORDS: WordTable<MediaServerView> = {
  unknown: words('Whether it answers is not known yet.', ANSWERS),
  healthy: words('It answers.'),
  failing: (view) => words(`It has not answered ${times(view.failures)}; it is asked sooner.`, ANSWERS),
  tripped: words('It does not answer.', 'it answers several times in a row'),
  'tripped.open': (view) =>
    words(
      `It does not answer: nothing is asked of it for a while (the breaker is open${view.opened > 1 ? `, ${times(view.opened)} in a row` : ''}).`,
      'it is asked again then; several good answers in a row close the breaker',
    ),
  'tripped.halfOpen': words(
    'It is asked again after it did not answer (the breaker is half open).',
    'several good answers in a row close the breaker; one failure opens it again',
  ),
  refused: words('It answers, and not to us.', 'it accepts us'),
};

export const STORAGE_WORDS: WordTable<ServiceView['storage']> = {
  unknown: words('How full the recordings disk is, is not known yet.'),
  ok: words('The recordings disk has room.'),
  low: words('The recordings disk is getting full.', 'recordings are deleted or space is added'),
  critical: words(
    'The recordings disk is almost full: nothing is recorded.',
    'recordings are deleted or space is added',
  ),
  missing: words(
    'The recordings folder is not there or cannot be written: nothing is recorded.',
    'the disk is mounted, or the service may write to it',
  ),
};
