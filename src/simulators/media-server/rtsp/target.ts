/**
 * What an RTSP URL points at. Clients append the track to the whole URL, so it may stand behind the query
 * (ffmpeg) or in the path (others); both are understood.
 */
import { Refusal } from '../config/values.ts';

export interface Target {
  /** Name of the path, without slashes around it. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

const TRACK = /\/trackID=(\d*)$/;

/** @throws Refusal when this is no RTSP URL with a path */
export function targetOf(url: string): Target {
  const match = /^rtsps?:\/\/[^/?]+(\/[^?]*)?(?:\?(.*))?$/.exec(url);
  if (match === null) throw new Refusal('invalid URL');
  const query = match[2] ?? '';
  if (match[1] === undefined || match[1] === '/') throw new Refusal('invalid path');
  const path = decode(match[1].slice(1));
  if (query.endsWith('/')) return { path, query: query.slice(0, -1) };
  return { path: path.replace(/\/$/, ''), query };
}

/** The target of a reader's SETUP with the number of the track. @throws Refusal when no track is named */
export function setupTargetOf(url: string): Target & { readonly track: number } {
  const track = TRACK.exec(url);
  if (track !== null) return { ...targetOf(url.slice(0, track.index)), track: Number(track[1]) };
  // A slash at the end stands for the first track.
  if (url.endsWith('/')) return { ...targetOf(url), track: 0 };
  throw new Refusal('invalid SETUP path');
}

/** Whether a publisher's SETUP means the media with this control attribute. */
export function namesMedia(setupUrl: string, target: Target, control: string): boolean {
  if (/^rtsps?:\/\//.test(control)) return setupUrl === control;
  const base = /^(rtsps?:\/\/[^/?]+)/.exec(setupUrl)?.[1] ?? '';
  const question = target.query === '' ? '' : `?${target.query}`;
  const path = `${base}/${target.path}`;
  return (
    decode(setupUrl) === `${path}${question}/${control}` ||
    decode(setupUrl) === `${path}/${control}${question}`
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
