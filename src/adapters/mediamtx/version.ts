/** The MediaMTX release this service is made for. Its behaviour was executed, other releases differ. */

/** The release that is downloaded, and that the simulator stands in for. */
export const PINNED_VERSION = '1.20.1';

/** Whether a server of this version is worked with. @param version without a leading v */
export function isAcceptedVersion(version: string): boolean {
  return /^1\.20\.\d+(?:[-+]|$)/.test(version);
}

/** `v1.20.1\n` as printed or answered → `1.20.1`; null where there is no version in it. */
export function versionIn(text: string): string | null {
  return /^\s*v?(\d+\.\d+\.\d+\S*)\s*$/.exec(text)?.[1] ?? null;
}
