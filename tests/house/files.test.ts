/** The form of files: small, named after a thing, one idea each. */
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { filesIn, read } from './sources.ts';

const LONGEST_LINES = 250;

const ONE_MACHINE = 'one machine is one value: cut in two, it would no longer be seen whole';
const VOCABULARY = 'the words that all rooms share; each is declared once';

/** Files that may be longer, and why. A file that needs it no longer has to leave this list. */
const MAY_BE_LONGER: Readonly<Record<string, { readonly lines: number; readonly why: string }>> = {
  'src/machines/ports.ts': { lines: 290, why: VOCABULARY },
  'src/machines/camera.ts': { lines: 360, why: ONE_MACHINE },
  'src/machines/camera-setup.ts': { lines: 340, why: ONE_MACHINE },
  'src/machines/controls.ts': { lines: 320, why: ONE_MACHINE },
  'src/machines/controls-setup.ts': { lines: 300, why: ONE_MACHINE },
  'src/machines/recording.ts': { lines: 540, why: ONE_MACHINE },
  'src/machines/recording-setup.ts': { lines: 320, why: ONE_MACHINE },
  'src/machines/service.ts': { lines: 480, why: ONE_MACHINE },
  'src/machines/stream.ts': { lines: 510, why: ONE_MACHINE },
  'src/machines/stream-live.ts': { lines: 300, why: ONE_MACHINE },
  'src/machines/stream-setup.ts': { lines: 560, why: ONE_MACHINE },
  'src/machines/values.ts': { lines: 500, why: VOCABULARY },
};

const sources = [...filesIn('src', '.ts'), ...filesIn('src', '.tsx')];
const lineCount = (file: string) => read(file).trimEnd().split('\n').length;

test(`no file of src has more than ${LONGEST_LINES} lines`, () => {
  const tooLong = sources
    .map((file) => ({ file, lines: lineCount(file) }))
    .filter(({ file, lines }) => lines > (MAY_BE_LONGER[file]?.lines ?? LONGEST_LINES))
    .map(({ file, lines }) => `${file}: ${lines}`);
  expect(tooLong).toEqual([]);
});

test('the exceptions are still needed', () => {
  const idle = Object.keys(MAY_BE_LONGER).filter(
    (file) => !sources.includes(file) || lineCount(file) <= LONGEST_LINES,
  );
  expect(idle).toEqual([]);
});

test('files are kebab-case nouns and none is a drawer for everything', () => {
  const names = sources.map((file) =>
    basename(file)
      .replace(/\.tsx?$/, '')
      .replace(/\.d$/, ''),
  );
  expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
  const drawers = ['utils', 'util', 'helpers', 'helper', 'misc', 'index', 'lib', 'manager'];
  expect(
    sources.filter((file) => file.split('/').some((part) => drawers.includes(basename(part, '.ts')))),
  ).toEqual([]);
});

test('no file only passes on what others export', () => {
  const barrels = sources.filter((file) => {
    const lines = read(file)
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.trim().startsWith('//'));
    return lines.length > 0 && lines.every((line) => /^export (type )?[{*].*from '/.test(line));
  });
  expect(barrels).toEqual([]);
});

test('every file begins by saying what it is', () => {
  const mute = sources.filter((file) => !/^(#!.*\n)?\/\*\*/.test(read(file)));
  expect(mute).toEqual([]);
});
