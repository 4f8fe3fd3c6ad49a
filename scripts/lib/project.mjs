/** Where the project is, whatever folder a script was called from. */
import { fileURLToPath } from 'node:url';

/** Absolute, without a slash at the end. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** What `npm start` gives to node: without it V8 keeps up to 48 MB for young objects, and with it the service is as quick. */
export const NODE_ARGUMENTS = ['--max-semi-space-size=4'];
