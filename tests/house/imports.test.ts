/** Who may import whom, as docs/architecture.md says under "Rooms". */
import { describe, expect, test } from 'vitest';
import { filesIn, type Import, importsOf, roomOf } from './sources.ts';

const imports = [...filesIn('src', '.ts'), ...filesIn('src', '.tsx')].flatMap(importsOf);
const CONTRACT = ['src/machines/ports.ts', 'src/machines/values.ts', 'src/machines/errors.ts'];

const isOurs = ({ target }: Import) => target.startsWith('src/');
const isMachines = ({ target }: Import) => target.startsWith('src/machines/');
const from = (...rooms: readonly string[]) =>
  imports.filter(({ file }) => rooms.includes(roomOf(file).split('/')[0]!));
const shown = (found: readonly Import[]) => found.map(({ file, target }) => `${file} imports ${target}`);

test('the import lines are found', () => {
  expect(imports.length).toBeGreaterThan(300);
  expect(imports.some(({ target }) => target === 'xstate')).toBe(true);
});

describe('the rooms', () => {
  test('machines import xstate and each other, nothing else', () => {
    const wrong = from('machines').filter((one) => !isMachines(one) && one.target !== 'xstate');
    expect(shown(wrong)).toEqual([]);
  });

  test('xstate is used by machines, wiring and the simulation alone', () => {
    const wrong = imports.filter(
      ({ file, target }) =>
        /^xstate\b/.test(target) && !['machines', 'simulation', 'wiring'].includes(roomOf(file)),
    );
    expect(shown(wrong)).toEqual([]);
  });

  test('adapters know of the machines only ports, values and errors', () => {
    expect(
      shown(from('adapters').filter((one) => isMachines(one) && !CONTRACT.includes(one.target))),
    ).toEqual([]);
  });

  test('an adapter knows no other adapter but process, and no other room', () => {
    const wrong = from('adapters').filter((one) => {
      const target = roomOf(one.target);
      return isOurs(one) && !isMachines(one) && target !== roomOf(one.file) && target !== 'adapters/process';
    });
    expect(shown(wrong)).toEqual([]);
  });

  test('process, on which all adapters stand, knows no adapter', () => {
    const wrong = imports.filter(
      ({ file, target }) =>
        file.startsWith('src/adapters/process/') &&
        roomOf(target).startsWith('adapters/') &&
        !target.startsWith('src/adapters/process/'),
    );
    expect(shown(wrong)).toEqual([]);
  });

  test('api knows itself and, of the machines, types and errors', () => {
    const wrong = from('api').filter(
      (one) =>
        isOurs(one) &&
        roomOf(one.target) !== 'api' &&
        !(isMachines(one) && (one.typeOnly || CONTRACT.includes(one.target))),
    );
    expect(shown(wrong)).toEqual([]);
  });

  test('config knows no other room', () => {
    expect(shown(from('config').filter((one) => isOurs(one) && roomOf(one.target) !== 'config'))).toEqual([]);
  });

  test('telemetry counts what it is told: it knows no other room, and is known to wiring and the simulation alone', () => {
    const known = from('telemetry').filter((one) => isOurs(one) && roomOf(one.target) !== 'telemetry');
    const knowing = imports.filter(
      ({ file, target }) =>
        target.startsWith('src/telemetry/') && !['simulation', 'telemetry', 'wiring'].includes(roomOf(file)),
    );
    expect(shown([...known, ...knowing])).toEqual([]);
  });

  test('camctl is a client like any other: it knows nothing of the service, and may ask the simulation', () => {
    const wrong = from('cli').filter(
      (one) => isOurs(one) && !['cli', 'simulation'].includes(roomOf(one.target)),
    );
    expect(shown(wrong)).toEqual([]);
  });

  test('the simulation is the real machines in another world: it knows no adapter and no api', () => {
    const rooms = ['config', 'machines', 'simulation', 'telemetry', 'wiring'];
    const wrong = from('simulation').filter((one) => isOurs(one) && !rooms.includes(roomOf(one.target)));
    const loaded = imports.filter(
      ({ file, target, typeOnly }) =>
        target.startsWith('src/simulation/') && !typeOnly && !['cli', 'simulation'].includes(roomOf(file)),
    );
    expect(shown([...wrong, ...loaded])).toEqual([]);
  });

  test('simulators know the contract, and the protocol of the synthetic cameras', () => {
    const wrong = from('simulators').filter(
      (one) =>
        isOurs(one) &&
        !['simulators', 'adapters/synthetic'].includes(roomOf(one.target)) &&
        !CONTRACT.includes(one.target),
    );
    expect(shown(wrong)).toEqual([]);
  });

  test('the inspector is a page: it knows of the service only the forms of what is sent, and nobody knows it', () => {
    const wrong = from('inspector').filter(
      (one) =>
        isOurs(one) && roomOf(one.target) !== 'inspector' && !(roomOf(one.target) === 'api' && one.typeOnly),
    );
    const knowing = imports.filter(
      ({ file, target }) => target.startsWith('src/inspector/') && roomOf(file) !== 'inspector',
    );
    expect(shown([...wrong, ...knowing])).toEqual([]);
  });

  test('nobody imports wiring and main but they themselves, and the simulation', () => {
    const wrong = imports.filter(
      ({ file, target }) =>
        isOursAt(target, 'wiring', 'main') && !['simulation', 'wiring', 'main'].includes(roomOf(file)),
    );
    expect(shown(wrong)).toEqual([]);
  });
});

test('processes are spawned in adapters/process, in simulators and in nothing else', () => {
  const spawners = imports.filter(({ target }) =>
    ['execa', 'node:child_process', 'child_process'].includes(target),
  );
  const wrong = spawners.filter(({ file }) => !['adapters/process', 'simulators'].includes(roomOf(file)));
  expect(shown(wrong)).toEqual([]);
});

test('there are no import cycles', () => {
  const targets = new Map<string, string[]>();
  for (const one of imports.filter((one) => isOurs(one) && !one.typeOnly)) {
    targets.set(one.file, [...(targets.get(one.file) ?? []), one.target]);
  }
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' > '));
    if (done.has(file) || path.includes(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  expect(cycles).toEqual([]);
});

function isOursAt(target: string, ...rooms: readonly string[]): boolean {
  return target.startsWith('src/') && target !== 'src/version.ts' && rooms.includes(roomOf(target));
}
