/** Writes docs/configuration.md from the schema. Run from the project's folder: `npm run docs`. */
import { writeFile } from 'node:fs/promises';
import { configDocs } from './config-docs.ts';

await writeFile('docs/configuration.md', configDocs());
console.log('docs/configuration.md is written.');
