/** What the Control API says about a track: the codec's label and its properties. */
import type { Json } from '../config/values.ts';
import { encodingOf, type Media } from './sdp.ts';
import { parseSps } from './sps.ts';

const BY_ENCODING: Readonly<Record<string, string>> = {
  H264: 'H264',
  H265: 'H265',
  VP8: 'VP8',
  VP9: 'VP9',
  AV1: 'AV1',
  JPEG: 'M-JPEG',
  OPUS: 'Opus',
  'MPEG4-GENERIC': 'MPEG-4 Audio',
  'MP4A-LATM': 'MPEG-4 Audio LATM',
  'MP4V-ES': 'MPEG-4 Video',
  PCMU: 'G711',
  PCMA: 'G711',
  G722: 'G722',
  AC3: 'AC3',
  SPEEX: 'Speex',
  VORBIS: 'Vorbis',
  L8: 'LPCM',
  L16: 'LPCM',
  L24: 'LPCM',
};
const BY_PAYLOAD_TYPE: Readonly<Record<number, string>> = {
  0: 'G711',
  8: 'G711',
  9: 'G722',
  14: 'MPEG-1/2 Audio',
  26: 'M-JPEG',
  32: 'MPEG-1/2 Video',
  33: 'MPEG-TS',
};

/** E.g. "H264"; "Generic" for what the server does not know. */
export function codecLabel(media: Media): string {
  return BY_ENCODING[encodingOf(media)] ?? BY_PAYLOAD_TYPE[media.payloadType] ?? 'Generic';
}

/** Picture size, profile and level of H.264; channels of Opus; null for the rest. */
export function codecProperties(media: Media, sps: Buffer | null): Json {
  const label = codecLabel(media);
  if (label === 'Opus') {
    const stereo = media.parameters.get('sprop-stereo') === '1';
    return { channelCount: stereo || media.parameters.get('stereo') === '1' ? 2 : 1 };
  }
  if (label !== 'H264') return null;
  const facts = sps === null ? null : parseSps(sps);
  if (facts === null) return { width: 0, height: 0, profile: '', level: '' };
  return { width: facts.widthPx, height: facts.heightPx, profile: facts.profile, level: facts.level };
}
