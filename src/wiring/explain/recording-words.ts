/** What each state of a recording means. */
import type { RecordingView } from '../../api/door.ts';
import { type WordTable, words } from './words.ts';

const WRITTEN = 'the files and their description are in the list of recordings';

export const RECORDING_WORDS: WordTable<RecordingView> = {
  pledging: words('The order is being made safe on disk.', 'it is safe'),
  salvaging: words(
    'It is taken over from an earlier life of the service: what is on disk is looked at.',
    'it goes on',
  ),
  waitingForStream: words('It waits for its stream.', 'the stream is live'),
  arming: words('The media server is being told to record.', 'the media server shows that it records'),
  rolling: words('It is recorded.'),
  'rolling.awaitingFile': words(
    'The media server records; the file begins with the next keyframe and its first part.',
    'the keyframe comes and the file appears',
  ),
  'rolling.growing': (view) =>
    words(
      `It is recorded, and the file grows${parts(view)}.`,
      view.wantedDurationMs === null
        ? 'it ends with stop_recording'
        : 'it ends when the wished time is over, or with stop_recording',
    ),
  interrupted: words(
    'It is interrupted: the stream is lost, and what was recorded is safe.',
    'it goes on as a further part when the stream is back in time',
  ),
  stopping: words('Its end is decided; the recorder closes its file.', 'the file is closed'),
  finalising: words('Its files are closed; they are collected and described.', WRITTEN),
  filed: words('Its files are in the list of recordings.'),
  failing: words('It ends, and no recording came of it.'),
  unfiled: words(
    'Its files could not be collected: the disk is away, full or read-only. Nothing of it is lost.',
    'it is tried again, and when the disk is well',
  ),
  completed: words('It is complete.'),
  failed: words('No recording came of it.'),
};

function parts({ parts, adoptions }: RecordingView): string {
  const said = [
    parts.length > 1 ? `it has ${parts.length} parts so far` : '',
    adoptions > 0 ? 'it was taken over from an earlier life of the service (adopted)' : '',
  ].filter((part) => part !== '');
  return said.length === 0 ? '' : `; ${said.join(', and ')}`;
}
