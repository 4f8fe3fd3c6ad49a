/** `npm run chaos`: everything that can go wrong, in a random order that a seed repeats. It is in chaos/main.ts. */
import { insistOnNode } from './lib/node-version.mjs';

insistOnNode();
// Only now: an old Node could not even read what follows.
import('./lib/chaos.mjs').then((chaos) => chaos.main(process.argv.slice(2)));
