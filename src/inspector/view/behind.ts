/** How far the hand is from the newest step. */
import { lengthOf } from '../model/words.ts';

/** Both on the axis. */
export function behindWords(instant: number, lastStep: number): string {
  const ms = Math.round(lastStep - instant);
  if (ms === 0) return 'at the last step';
  return `${lengthOf(Math.abs(ms))} ${ms > 0 ? 'before' : 'after'} the last step`;
}
