/** `npm test`: one command from a fresh checkout to all suites that need no emulator. What it does is in lib/run-tests.mjs. */
import { insistOnNode } from './lib/node-version.mjs';

insistOnNode();
// Only now: an old Node could not even read what follows.
import('./lib/run-tests.mjs').then((tests) => tests.main(process.argv.slice(2)));
