/** The pinned MediaMTX release: what its archives are called and what they must hash to. No I/O. */
import { CameraError } from '../../machines/errors.ts';
import { PINNED_VERSION } from './version.ts';

export type ReleaseArchitecture = 'amd64' | 'arm64' | 'armv7' | 'armv6';

/** Where the archives and `checksums.sha256` are; tests and mirrors give another one. */
export const RELEASE_URL = `https://github.com/bluenviron/mediamtx/releases/download/v${PINNED_VERSION}`;

/** The release's own list of hashes, in the form of sha256sum. */
export const CHECKSUMS_FILE = 'checksums.sha256';

/** sha256 known beforehand. Without one, only the release's own list is left to compare with. */
export const PINNED_SHA256: Readonly<Partial<Record<ReleaseArchitecture, string>>> = {
  amd64: '81b143f55a5d23d4a8c028d52869c14ea4a59919900528698fcc97a747fd69c6',
  arm64: 'd1689f0bfefb1864e5ed3dcc8495eb2d7ec0a654f90bf3cd48980cb3bd08718a',
};

/** @param folder absolute @returns the folder of the pinned release inside the cache */
export function releaseFolder(folder: string): string {
  return `${folder}/mediamtx-${PINNED_VERSION}`;
}

/** File name of the archive. */
export function archiveName(architecture: ReleaseArchitecture): string {
  return `mediamtx_v${PINNED_VERSION}_linux_${architecture}.tar.gz`;
}

/**
 * This machine in the release's words.
 * @param arch as `process.arch` @param armVersion as `process.config.variables.arm_version`
 * @throws CameraError missing-program where there is no such release
 */
export function releaseArchitecture(
  arch: string,
  armVersion: string | number | undefined,
): ReleaseArchitecture {
  if (arch === 'x64') return 'amd64';
  if (arch === 'arm64') return 'arm64';
  if (arch === 'arm') return Number(armVersion) >= 7 ? 'armv7' : 'armv6';
  throw new CameraError('missing-program', `There is no MediaMTX release for the processor type ${arch}`, {
    reason: 'no_release',
  });
}

/** The hash of one archive in a list made by sha256sum; null where it is not listed. */
export function listedSha256(list: string, archive: string): string | null {
  for (const line of list.split('\n')) {
    const match = /^([0-9a-f]{64})\s+\*?(?:\.\/)?(\S+)\s*$/i.exec(line);
    if (match?.[2] === archive) return match[1]!.toLowerCase();
  }
  return null;
}
