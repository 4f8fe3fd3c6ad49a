/** Writes docs/budgets.md from the machines, the defaults and the table of budgets. Run from the project's folder: `npm run docs`. */
import { writeFile } from 'node:fs/promises';
import { budgetDocs } from '../tests/models/budgets.ts';

await writeFile('docs/budgets.md', budgetDocs());
console.log('docs/budgets.md is written.');
