/** Compiles src to dist when it has changed since the last time; runs before `npm start`. */
import { insistOnNode } from './lib/node-version.mjs';

insistOnNode();
import('./lib/build.mjs').then((build) => build.main());
