/**
 * The addresses that the API hands out, watched in a real browser on a real MediaMTX: they play, they keep an idle
 * camera's stream alive for as long as somebody watches, and let it end afterwards.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startService, type TestService } from '../support/service.ts';
import { launchChromium, type Showing, untilShown } from './chromium.ts';

const CLOSE_AFTER_MS = 2000;
/** MediaMTX itself lets go of a viewer who left without a word only now: ICE after 30 s, an HLS session after 30 s. */
const NOTICED_WITHIN_MS = 90_000;

let service: TestService;
let browser: Browser;
let site: Server;
beforeAll(async () => {
  service = await startService('mediamtx', {
    cameras: 2,
    config: {
      mediamtx: { hls: true, webrtc: true },
      stream: { demand_close_after_ms: CLOSE_AFTER_MS },
    },
  });
  browser = await launchChromium();
  // Somebody's own page on another port, so of another origin, that plays the address with hls.js. Chromium's own HLS
  // does not: it stumbles over the gaps that MediaMTX lists while a stream is young.
  site = createServer(({ url = '' }, response) => {
    const source = new URL(url, 'http://site').searchParams.get('source') ?? '';
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><video autoplay muted></video>
      <script src="${source === '' ? '' : new URL('hls.min.js', source)}"></script>
      <script>
        const hls = new Hls();
        hls.attachMedia(document.querySelector('video'));
        hls.loadSource('${source}');
      </script>`);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
}, 60_000);
afterAll(async () => {
  await browser?.close();
  site?.close();
  await service?.dispose();
}, 30_000);

async function addresses(device: string): Promise<{ readonly hls: string; readonly webrtc: string }> {
  const answer = await service.call<{ streams: { hls: string; webrtc: string } }>('get_stream_url', {
    device,
  });
  return answer.streams;
}

async function open(url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  return page;
}

/** Watches for much longer than the closing time: the picture moves, is whole, and is this camera's of just now. */
async function expectToPlay(page: Page, device: string): Promise<void> {
  const first = await untilShown(page, ({ barcode }) => barcode !== null, 'a first picture');
  const seconds = (3 * CLOSE_AFTER_MS) / 1000;
  const later = await untilShown(
    page,
    (now) => now.barcode !== null && now.currentTimeS > first.currentTimeS + seconds,
    `${seconds} s more`,
  );
  expect(later).toMatchObject({ widthPx: 320, heightPx: 240, barcode: { camera: Number(device.slice(6)) } });
  // 10 frames a second; a busy machine may drop some, but most are shown.
  const shown = (now: Showing) => ({ decoded: now.decodedFrames, counter: now.barcode?.counter ?? 0 });
  expect(shown(later).decoded - shown(first).decoded).toBeGreaterThan(seconds * 5);
  expect(shown(later).counter - shown(first).counter).toBeGreaterThan(seconds * 5);
  expect(Date.now() - (later.barcode?.epochMs ?? 0), 'age of the picture').toBeLessThan(15_000);

  const { mediamtx_path, stream } = await service.untilStream(device, 'live.flowing');
  expect(mediamtx_path.readers).toBeGreaterThan(0);
  expect(stream.reasons).toEqual(['viewers']);
  const withdrawn = service.story(`stream:${device}/viewers`).filter(({ to }) => to === 'withdrawing');
  expect(withdrawn, 'demand was not taken back while somebody watched').toEqual([]);
}

test('the WebRTC address of an idle camera opens a page that plays', async () => {
  await service.untilStream('camera0', 'idle');
  const { webrtc } = await addresses('camera0');
  const page = await open(webrtc);
  await expectToPlay(page, 'camera0');
  await page.close();
}, 90_000);

test('the HLS address of an idle camera plays with hls.js in a page of another origin', async () => {
  await service.untilStream('camera1', 'idle');
  const { hls } = await addresses('camera1');
  const { port } = site.address() as AddressInfo;
  const page = await open(`http://127.0.0.1:${port}/?source=${encodeURIComponent(hls)}`);
  await expectToPlay(page, 'camera1');
  await page.close();
}, 90_000);

test('the folder of the HLS address is a page that plays', async () => {
  const { hls } = await addresses('camera1');
  const page = await open(new URL('.', hls).href);
  await expectToPlay(page, 'camera1');
  await page.close();
}, 90_000);

test('after the last page was closed the captures end, and a viewer who comes back gets a picture', async () => {
  await service.untilStream('camera0', 'idle', NOTICED_WITHIN_MS);
  await service.untilStream('camera1', 'idle', NOTICED_WITHIN_MS);
  expect(service.processes('capture')).toEqual([]);
  const { hls } = await addresses('camera1');
  const page = await open(new URL('.', hls).href);
  const cameBackAtMs = Date.now();
  const again = await untilShown(page, ({ barcode }) => barcode !== null, 'a picture again');
  expect(again.barcode?.epochMs).toBeGreaterThan(cameBackAtMs - 1000);
  await page.close();
}, 240_000);
