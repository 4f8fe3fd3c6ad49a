/** `npm run test:browser`: streams and the inspector in a real browser. What it does is in lib/run-browser-tests.mjs. */
import { insistOnNode } from './lib/node-version.mjs';

insistOnNode();
// Only now: an old Node could not even read what follows.
import('./lib/run-browser-tests.mjs').then((tests) => tests.main(process.argv.slice(2)));
