import { expect, test } from 'vitest';
import { listedSha256, releaseArchitecture } from '../../../src/adapters/mediamtx/release.ts';

test('processors are named as the release names them', () => {
  expect(releaseArchitecture('x64', undefined)).toBe('amd64');
  expect(releaseArchitecture('arm64', '8')).toBe('arm64');
  expect(releaseArchitecture('arm', '7')).toBe('armv7');
  expect(releaseArchitecture('arm', '6')).toBe('armv6');
  expect(() => releaseArchitecture('riscv64', undefined)).toThrow(
    expect.objectContaining({ reason: 'no_release' }),
  );
  expect(listedSha256(`${'a'.repeat(64)} *./x.tar.gz`, 'x.tar.gz')).toBe('a'.repeat(64));
});
