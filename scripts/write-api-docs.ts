/** Writes docs/api.md from the declarations in src/api. Run from the project's folder: `npm run docs`. */
import { writeFile } from 'node:fs/promises';
import { apiDocs } from '../src/api/docs.ts';

await writeFile('docs/api.md', apiDocs());
console.log('docs/api.md is written.');
