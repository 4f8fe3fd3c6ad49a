/** `npm run test:lab`: the service on a real kernel's cameras. What it does is in lib/run-lab-tests.mjs. */
import { insistOnNode } from './lib/node-version.mjs';

insistOnNode();
// Only now: an old Node could not even read what follows.
import('./lib/run-lab-tests.mjs').then((tests) => tests.main(process.argv.slice(2)));
