/**
 * Watches that no camera is ever captured twice at a time, not even for a moment: the service is given a stand-in for
 * ffmpeg that takes a lock per camera and keeps it until the real ffmpeg, which it turns into, has ended.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StandIn } from './stand-in.ts';

export class CaptureGuard {
  /** For `capture.ffmpeg`: its `file`. */
  readonly standIn: StandIn;
  readonly #folder: string;

  /** @param folder an existing one, of this test only */
  constructor(folder: string) {
    this.#folder = folder;
    this.standIn = new StandIn(folder, { name: 'ffmpeg', program: ['ffmpeg'], first: GUARD });
  }

  /** Captures that were started so far, oldest first, as `camera pid`. */
  get started(): readonly string[] {
    return this.#lines('started');
  }

  /** Captures that were started while the camera's last one still ran, as `camera pid`. */
  get doubles(): readonly string[] {
    return this.#lines('doubles');
  }

  /** Captures end at once with these words from now on; null: they work again. */
  fail(words: string | null): void {
    const file = join(this.#folder, 'fail');
    if (words === null) rmSync(file, { force: true });
    else writeFileSync(file, `echo '${words}' >&2\nexit 1\n`);
  }

  #lines(name: string): readonly string[] {
    const file = join(this.#folder, name);
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  }
}

const GUARD = `camera=\${CAMERA_SERVICE_MARK%/*}
camera=\${camera##*/}
echo "$camera $$" >> "$here/started"
exec 9>"$here/lock-$camera"
flock -n 9 || echo "$camera $$" >> "$here/doubles"
[ -e "$here/fail" ] && . "$here/fail"`;
