/**
 * A headless Chromium with an empty profile, and what a `<video>` element of a page shows. Owns the browser and its
 * profile (`dispose`); decodes nothing itself: what it reads went through Chromium's own decoder.
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { CHROMIUM_NAMES } from '../../scripts/lib/programs.mjs';
import { type Barcode, decodeBarcode } from '../../src/simulators/camera/barcode.ts';
import { until } from '../support/until.ts';

/** Nothing but this host is asked for anything, and a video may start by itself. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

/** As much of a page as is looked at: the project is compiled for Node, which has no page. */
declare const document: {
  querySelector(name: 'video'): PageVideo | null;
  createElement(name: 'canvas'): {
    width: number;
    height: number;
    getContext(kind: '2d'): {
      drawImage(video: PageVideo, leftPx: number, topPx: number): void;
      getImageData(leftPx: number, topPx: number, widthPx: number, heightPx: number): { data: Uint8Array };
    };
  };
};
interface PageVideo {
  readonly currentTime: number;
  readonly videoWidth: number;
  readonly videoHeight: number;
  getVideoPlaybackQuality(): { readonly totalVideoFrames: number };
}

/** What a video shows at one moment. */
export interface Showing {
  readonly currentTimeS: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly decodedFrames: number;
  /** What the picture says of itself; null where there is none, or none that can be read. */
  readonly barcode: Barcode | null;
}

/** The caller closes it. @throws Error where there is none on PATH */
export async function launchChromium(): Promise<Browser> {
  const program = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => CHROMIUM_NAMES.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
  if (program === undefined) throw new Error('no Chromium on PATH: `npm run test:browser` brings it');
  return chromium.launch({ executablePath: program, args: FLAGS });
}

/** The page's first video as it is now; null where there is none yet. */
export async function showing(page: Page): Promise<Showing | null> {
  const seen = await page.evaluate(() => {
    const video = document.querySelector('video');
    if (video === null) return null;
    const { currentTime: currentTimeS, videoWidth: widthPx, videoHeight: heightPx } = video;
    const decodedFrames = video.getVideoPlaybackQuality().totalVideoFrames;
    const empty = { currentTimeS, widthPx, heightPx, decodedFrames, luma: [] as number[] };
    if (widthPx === 0) return empty;
    const canvas = document.createElement('canvas');
    canvas.width = widthPx;
    canvas.height = heightPx;
    const picture = canvas.getContext('2d');
    picture.drawImage(video, 0, 0);
    const { data } = picture.getImageData(0, 0, widthPx, heightPx);
    // The barcode is black and white, so its green is its luma.
    return { ...empty, luma: Array.from({ length: widthPx * heightPx }, (_, i) => data[4 * i + 1] ?? 0) };
  });
  if (seen === null) return null;
  const { luma, ...rest } = seen;
  return { ...rest, barcode: decodeBarcode(Uint8Array.from(luma), rest.widthPx, rest.heightPx) };
}

/** Waits until the page's video shows a picture that fits. */
export function untilShown(
  page: Page,
  fits: (now: Showing) => boolean,
  what: string,
  timeoutMs = 40_000,
): Promise<Showing> {
  let last: Showing | null = null;
  return until(
    async () => {
      last = await showing(page);
      return last !== null && fits(last) && last;
    },
    { timeoutMs, intervalMs: 100, what: () => `${what}; it showed ${JSON.stringify(last)}` },
  );
}
