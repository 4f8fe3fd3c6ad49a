import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packagesOfService } from '../../../scripts/bench/parts/loaded-packages.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

test('packages are found through our own files, and not what is loaded later', async () => {
  const folder = await temporaryFolder('packages-');
  mkdirSync(join(folder, 'sub'));
  writeFileSync(
    join(folder, 'main.js'),
    "import { x } from './sub/part.js';\nimport fs from 'node:fs';\nimport { z } from 'zod';\nawait import('tar');\n",
  );
  writeFileSync(
    join(folder, 'sub/part.js'),
    "export { a } from 'ws';\nimport '../main.js';\nimport 'zod';\n",
  );
  expect(packagesOfService(join(folder, 'main.js'))).toEqual(['ws', 'zod']);
});

test('the service itself loads what its floor is made of', () => {
  expect(packagesOfService()).toEqual(expect.arrayContaining(['fastify', 'pino', 'ws', 'xstate', 'zod']));
});
