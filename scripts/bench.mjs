/** `npm run bench`: what the service costs and how fast it is, in one table. What it does is in lib/bench.mjs. */
import { insistOnNode } from './lib/node-version.mjs';

insistOnNode();
// Only now: an old Node could not even read what follows.
import('./lib/bench.mjs').then((bench) => bench.main(process.argv.slice(2)));
