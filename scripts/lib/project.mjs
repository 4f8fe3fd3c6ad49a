/** Where the project is, whatever folder a script was called from. */
import { fileURLToPath } from 'node:url';

/** Absolute, without a slash at the end. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
