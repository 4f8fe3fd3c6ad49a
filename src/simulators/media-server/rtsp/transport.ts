/** The Transport header of SETUP. Only RTP inside the RTSP connection is offered. */
import { Refusal } from '../config/values.ts';

export interface TransportWish {
  /** The pair of channels the client asks for; null when it leaves the choice to the server. */
  readonly channels: readonly [rtp: number, rtcp: number] | null;
  readonly mode: 'play' | 'record' | null;
}

/** The first offer over TCP; null when there is none. @throws Refusal for a header that makes no sense */
export function parseTransport(header: string | undefined): TransportWish | null {
  if (header === undefined || header === '')
    throw new Refusal('invalid transport header: value not provided');
  const offers = header.split(',').map((offer) => offer.split(';').map((part) => part.trim()));
  const offer = offers.find((parts) => parts[0] === 'RTP/AVP/TCP');
  if (offer === undefined) return null;
  const value = (key: string) => offer.find((part) => part.startsWith(`${key}=`))?.slice(key.length + 1);
  return { channels: parseChannels(value('interleaved')), mode: parseMode(value('mode')) };
}

function parseChannels(text: string | undefined): [number, number] | null {
  if (text === undefined) return null;
  const [first = '', second = String(Number(first) + 1)] = text.split('-');
  const pair: [number, number] = [Number(first), Number(second)];
  if (!pair.every((channel) => Number.isInteger(channel) && channel >= 0 && channel <= 255)) {
    throw new Refusal('invalid transport header: invalid interleaved');
  }
  if (pair[1] !== pair[0] + 1) throw new Refusal('invalid interleaved IDs');
  return pair;
}

function parseMode(text: string | undefined): 'play' | 'record' | null {
  const mode = text?.replaceAll('"', '').toLowerCase();
  if (mode === undefined) return null;
  if (mode === 'play') return 'play';
  if (mode === 'record' || mode === 'receive') return 'record';
  throw new Refusal(`invalid transport mode: '${mode}'`);
}
