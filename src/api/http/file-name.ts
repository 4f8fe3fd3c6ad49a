/** Which names of finished files may be asked for, and their media types. Decides on the name alone, before any disk. */

const TYPES: Readonly<Record<'recordings' | 'snapshots', Readonly<Record<string, string>>>> = {
  recordings: {
    mp4: 'video/mp4',
    m4v: 'video/mp4',
    mkv: 'video/x-matroska',
    ts: 'video/mp2t',
    mpegts: 'video/mp2t',
  },
  snapshots: { jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png' },
};

export type FileFolder = keyof typeof TYPES;

/** `traversal`: an attempt to leave the folder or an impossible name; `hidden`: exists for nobody here. */
export type FileNameVerdict = { readonly type: string } | 'traversal' | 'hidden';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const IMPOSSIBLE = /[/\\<>:"|?*%\u0000-\u001f\u007f]|\.\./;

/** @param name as decoded once from the address */
export function judgeFileName(folder: FileFolder, name: string): FileNameVerdict {
  if (name === '' || Buffer.byteLength(name) > 255 || IMPOSSIBLE.test(name)) return 'traversal';
  if (name.startsWith('.')) return 'hidden';
  const extension = /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const type = Object.hasOwn(TYPES[folder], extension) ? TYPES[folder][extension] : undefined;
  return type === undefined ? 'hidden' : { type }; // sidecars and half-written files are nobody's download
}

/** RFC 6266: an ASCII name for old clients, the real one beside it. */
export function attachment(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\]/g, '_');
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()]/g, escape)}`;
}
