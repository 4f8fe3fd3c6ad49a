/**
 * Session descriptions: reading what a publisher announces, writing what readers are told. The server writes
 * its own description; of the publisher's only name, formats and their parameters survive.
 */
import { Refusal } from '../config/values.ts';

/** One media line with its one format. */
export interface Media {
  readonly kind: string;
  /** Of the media line, e.g. "RTP/AVP". */
  readonly protocol: string;
  readonly payloadType: number;
  /** E.g. "H264/90000", "" for static payload types without one. */
  readonly rtpmap: string;
  /** Format parameters in the order given. */
  readonly parameters: ReadonlyMap<string, string>;
  /** The control attribute, "" when absent. */
  readonly control: string;
}

export interface Announcement {
  readonly name: string;
  readonly medias: readonly Media[];
}

/** @throws Refusal when there is no media, a back channel, or H.264 with packetization-mode 0 */
export function parseAnnouncement(text: string): Announcement {
  const lines = text.split(/\r?\n/);
  const sections: string[][] = [];
  for (const line of lines) {
    if (line.startsWith('m=')) sections.push([line]);
    else sections.at(-1)?.push(line);
  }
  const medias = sections.map(parseMedia);
  const back = sections.filter((section) => section.includes('a=sendonly'));
  // Some devices mark all they send like that: then it means nothing.
  if (back.length > 0 && back.length < medias.length) {
    throw new Refusal('invalid SDP: back channels cannot be recorded');
  }
  if (medias.length === 0) throw new Refusal('invalid SDP: no media streams are present in SDP');
  const name = lines.find((line) => line.startsWith('s='))?.slice(2) ?? '';
  return { name, medias };
}

function parseMedia(lines: readonly string[]): Media {
  const [kind = '', , protocol = '', type = ''] = lines[0]?.slice(2).split(' ') ?? [];
  const payloadType = Number(type);
  if (!Number.isInteger(payloadType)) throw new Refusal(`invalid SDP: invalid payload type '${type}'`);
  const attribute = (name: string) =>
    lines.find((line) => line.startsWith(`a=${name}`))?.slice(2 + name.length);
  const media: Media = {
    kind,
    protocol,
    payloadType,
    rtpmap: attribute(`rtpmap:${type} `)?.trim() ?? '',
    parameters: parseParameters(attribute(`fmtp:${type} `) ?? ''),
    control: attribute('control:')?.trim() ?? '',
  };
  if (isH264(media) && (media.parameters.get('packetization-mode') ?? '0') === '0') {
    throw new Refusal('H264 packetization-mode=0 is not supported by the server');
  }
  return media;
}

function parseParameters(text: string): ReadonlyMap<string, string> {
  const parts = text.split(';').map((part) => part.trim());
  return new Map(
    parts
      .filter((part) => part !== '')
      .map((part) => {
        const [key = '', ...rest] = part.split('=');
        return [key.trim(), rest.join('=').trim()];
      }),
  );
}

/** What DESCRIBE answers. */
export function formatDescription(name: string, medias: readonly Media[]): string {
  const head = ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', `s=${name || 'Stream'}`, 'c=IN IP4 0.0.0.0', 't=0 0'];
  const lines = medias.flatMap((media, index) => [
    `m=${media.kind} 0 RTP/AVP ${media.payloadType}`,
    `a=control:trackID=${index}`,
    ...(media.rtpmap === '' ? [] : [`a=rtpmap:${media.payloadType} ${media.rtpmap}`]),
    ...(media.parameters.size === 0 ? [] : [`a=fmtp:${media.payloadType} ${formatParameters(media)}`]),
  ]);
  return [...head, ...lines, ''].join('\r\n');
}

function formatParameters(media: Media): string {
  return [...media.parameters].map(([key, value]) => `${key}=${value}`).join('; ');
}

/** True for a media whose one format is H.264. */
export function isH264(media: Media): boolean {
  return encodingOf(media) === 'H264';
}

/** The encoding's name in capitals, e.g. "H264"; "" when the media has no rtpmap. */
export function encodingOf(media: Media): string {
  return (media.rtpmap.split('/')[0] ?? '').toUpperCase();
}

/** Ticks per second of the media's RTP clock. */
export function clockRateOf(media: Media): number {
  const rate = Number(media.rtpmap.split('/')[1]);
  if (Number.isInteger(rate) && rate > 0) return rate;
  return media.kind === 'audio' ? 8000 : 90_000;
}

/** The format parameters of H.264 with these parameter sets. */
export function h264Parameters(sps: Buffer, pps: Buffer): ReadonlyMap<string, string> {
  return new Map([
    ['packetization-mode', '1'],
    ['profile-level-id', sps.subarray(1, 4).toString('hex').toUpperCase()],
    ['sprop-parameter-sets', `${sps.toString('base64')},${pps.toString('base64')}`],
  ]);
}

/** Parameter sets out of `sprop-parameter-sets`, empty when not given. */
export function announcedParameterSets(media: Media): readonly Buffer[] {
  const text = media.parameters.get('sprop-parameter-sets') ?? '';
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => Buffer.from(part, 'base64'));
}
