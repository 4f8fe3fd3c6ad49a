/** `npm run demo`: one command from a fresh checkout to running cameras. What it does is in lib/demo.mjs. */
import { insistOnNode } from './lib/node-version.mjs';

insistOnNode();
// Only now: an old Node could not even read what follows.
import('./lib/demo.mjs').then((demo) => demo.main(process.argv.slice(2)));
