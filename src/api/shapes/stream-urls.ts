/** Where viewers find a stream. The host is the one by which this client reached us, unless the configuration names one. */
import { z } from 'zod';
import type { CameraId } from '../../machines/values.ts';
import type { ApiSettings } from '../settings.ts';

/** The classic pair, as notifications carry it. */
export const classicUrlsShape = z.strictObject({ rtsp: z.string(), hls: z.string() });

export const streamUrlsShape = z.strictObject({ rtsp: z.string(), hls: z.string(), webrtc: z.string() });

/** rtsp and hls addresses of a camera's stream. */
export function classicUrls(
  id: CameraId,
  host: string,
  settings: ApiSettings,
): z.infer<typeof classicUrlsShape> {
  const name = settings.publicHost || host;
  return {
    rtsp: `rtsp://${name}:${settings.rtspPort}/${id}`,
    hls: `http://${name}:${settings.hlsPort}/${id}/index.m3u8`,
  };
}

/** All three addresses; webrtc is MediaMTX's own page, with WHEP below it. */
export function streamUrls(
  id: CameraId,
  host: string,
  settings: ApiSettings,
): z.infer<typeof streamUrlsShape> {
  const name = settings.publicHost || host;
  return { ...classicUrls(id, host, settings), webrtc: `http://${name}:${settings.webrtcPort}/${id}` };
}

/** The host part of a Host header (brackets of IPv6 kept), or the fallback when it is none. */
export function hostOf(header: string | undefined, fallback: string): string {
  const match = /^(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::[0-9]{1,5})?$/.exec(header ?? '');
  return match?.[1] ?? (fallback.includes(':') ? `[${fallback.replace(/^::ffff:/, '')}]` : fallback);
}
