/**
 * Loaded into a process before anything else: its wall clock is off by what stands in a file, in milliseconds, read
 * again at each SIGWINCH. What Node's code sees of a clock that somebody sets is Date; monotonic time stays as it is.
 */
import { readFileSync } from 'node:fs';

const file = process.env.TEST_WALL_CLOCK_FILE;
const RealDate = Date;
let offByMs = 0;

function read() {
  offByMs = Number(readFileSync(file, 'utf8'));
}

globalThis.Date = class extends RealDate {
  constructor(...words) {
    if (words.length === 0) super(RealDate.now() + offByMs);
    else super(...words);
  }

  static now() {
    return RealDate.now() + offByMs;
  }
};

read();
process.on('SIGWINCH', read);
