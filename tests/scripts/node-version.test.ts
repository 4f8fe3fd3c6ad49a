import { expect, test } from 'vitest';
import { whyUnsuitable } from '../../scripts/lib/node-version.mjs';
import { read } from '../house/sources.ts';

test.each(['20.19.0', '20.20.2', '22.12.0', '22.20.1', '23.0.0', '24.0.0', '26.1.0'])(
  'Node %s is good',
  (version) => {
    expect(whyUnsuitable(version)).toBeNull();
  },
);

test.each(['12.22.12', '14.21.3', '18.20.4', '20.18.3', '21.7.3', '22.11.0'])(
  'Node %s is refused in one sentence',
  (version) => {
    const why = whyUnsuitable(version);
    expect(why).toContain(`this is Node.js ${version};`);
    expect(why).not.toContain('\n');
  },
);

test('it is what package.json asks for', () => {
  const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
  expect(engines.node).toBe('^20.19.0 || >=22.12.0');
});

test('what an old Node reads first uses no syntax that is newer than it', () => {
  for (const file of [
    'scripts/demo.mjs',
    'scripts/test.mjs',
    'scripts/build.mjs',
    'scripts/lib/node-version.mjs',
  ]) {
    expect(read(file), file).not.toMatch(/\?\.|\?\?|\|\|=|^await |node:/m);
  }
});
