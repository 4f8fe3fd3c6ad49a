/** What is committed works on everybody's machine: public packages only, no traces of one developer's. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { PROJECT, read } from './sources.ts';

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly resolved?: string; readonly link?: boolean; readonly engines?: unknown }>
  >;
}

test('package-lock.json names no host but the public registry, and no folder of a machine', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as Lock;
  const strange = Object.entries(packages).filter(
    ([place, { resolved, link }]) =>
      link === true ||
      place.startsWith('..') ||
      (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')),
  );
  expect(strange).toEqual([]);
  expect(read('package-lock.json')).not.toMatch(/file:|"\/(home|root|work|Users)\//);
});

test('package-lock.json has every optional package, else npm ci refuses it', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  const wanted = Object.values(packages).flatMap((one) => Object.keys(one.optionalDependencies ?? {}));
  expect(
    wanted.filter((name) => !Object.keys(packages).some((place) => place.endsWith(`node_modules/${name}`))),
  ).toEqual([]);
});

test('vitest and its coverage are of one version', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { version: string }>;
  };
  expect(packages['node_modules/@vitest/coverage-v8']?.version).toBe(
    packages['node_modules/vitest']?.version,
  );
});

test('nothing generated or secret is committed', () => {
  const tracked = execFileSync('git', ['ls-files'], { cwd: PROJECT, encoding: 'utf8' }).split('\n');
  const wrong = tracked.filter((file) =>
    /(^|\/)(node_modules|dist|coverage|\.cache|\.demo)\/|\.(mp4|ts\.map|pem|key)$/.test(file),
  );
  expect(wrong).toEqual([]);
});
