/** Why a stream is in doubt, and why it was lost, from what its own actors were doing. Pure readings of its context. */
import type { Trouble } from './errors.ts';
import type { LossCause } from './recording-setup.ts';
import type { StreamContext } from './stream-values.ts';

/** What the signs of life that are late say; null while none is. Pictures first: without them there are no bytes either. */
export function lateTrouble({ late, limits }: Pick<StreamContext, 'late' | 'limits'>): Trouble | null {
  const [reason, message] = late.includes('frames')
    ? ['stream_stalled', 'The capture process lives but its picture stopped coming.']
    : late.includes('bytes')
      ? [
          'stream_stalled',
          'The capture gives pictures but nothing of it arrives at the media server any more.',
        ]
      : [
          'picture_frozen',
          `The camera has sent the very same picture for ${limits.pictureLimitMs / 1000} s.`,
        ];
  return late.length === 0 ? null : { code: 'capture-failed', reason, message };
}

/** Why the path is empty although nobody of ours ended the capture. */
export function emptyCause({ server, contest }: Pick<StreamContext, 'server' | 'contest'>): LossCause {
  if (server === null) return 'media_server_lost';
  return contest === null ? 'publisher_lost' : 'foreign_publisher';
}

/** What our own actors were doing when the stream was lost, as a recording's gap tells it. */
export function lossCause(context: Pick<StreamContext, 'server'>): LossCause {
  return context.server === null ? 'media_server_lost' : 'capture_lost';
}
