/** The service's version: package.json's, which stands beside src/ and beside dist/ alike. */
import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');

export const SERVICE_VERSION: string = (JSON.parse(text) as { version: string }).version;
