/** However the service is started, node gets the same arguments: figures and tests are those of `npm start`. */
import { expect, test } from 'vitest';
import { NODE_ARGUMENTS as ofScripts } from '../../scripts/lib/project.mjs';
import { NODE_ARGUMENTS as ofTests } from '../support/build.ts';
import { read } from './sources.ts';

const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

test('the demo and the tests start the service as npm start does', () => {
  const command = `node ${ofScripts.join(' ')} dist/main.js`;
  expect(scripts.start).toBe(command);
  expect(ofTests).toEqual(ofScripts);
  expect(read('docs/operating.md')).toContain(command);
});
