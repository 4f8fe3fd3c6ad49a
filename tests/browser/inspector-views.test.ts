/** How the views of the inspector behave in a real browser, on a service with synthetic cameras that nothing happens to. */
import jwt from 'jsonwebtoken';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildInspector } from '../../scripts/lib/build.mjs';
import { PROJECT } from '../../scripts/lib/project.mjs';
import { startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { launchChromium } from './chromium.ts';
import { InspectorPage } from './inspector-page.ts';

const SECRET = 'a secret for this test, long enough for HS256';

let service: TestService;
let browser: Browser;
beforeAll(async () => {
  await buildInspector(PROJECT);
  service = await startService('simulator', { cameras: 2, config: { security: { jwt_secret: SECRET } } });
  browser = await launchChromium();
  await service.call('start_recording', { device: 'camera0' });
  await service.untilStream('camera0', 'live.flowing');
}, 90_000);
afterAll(async () => {
  await browser?.close();
  await service?.dispose();
}, 30_000);

const address = () => `${service.ready?.http}/inspect`;

const openLive = (options = {}) => InspectorPage.openLive(browser, service, options);

test('the slider stays where it is, whatever is said above it', async () => {
  for (const width of [1440, 1280, 1024, 800, 390]) {
    const live = await openLive({ viewport: { width, height: 900 } });
    const place = () => live.page.locator('[role=slider]').boundingBox();
    if (width < 760) await live.page.click('.tabs button:text-is("Timeline")');
    const before = await place();
    await live.page.click('button:text-is("Pause")');
    expect(await live.page.textContent('.behind')).toMatch(/(at| after) the last step$/);
    expect(await place(), `held, ${width} pixels`).toEqual(before);
    await live.page.click('[aria-label="To the beginning"]');
    expect(await live.page.textContent('.behind')).toMatch(/ before the last step$/);
    expect(await place(), `paused, ${width} pixels`).toEqual(before);
    await live.page.fill('.filters input', 'nothing is called so');
    expect(await place(), `filtered, ${width} pixels`).toEqual(before);
    await live.page.click('button:text-is("Show all")');
    expect(await live.overflowPx()).toBe(0);
    await live.close();
  }
}, 60_000);

test('"Fit" shows the whole drawing; without it letters can be read', async () => {
  const live = await openLive();
  const { page } = live;
  const hidden = () =>
    page.evaluate<number[]>(`(() => {
      const frame = document.querySelector('.drawing');
      return [frame.scrollWidth - frame.clientWidth, frame.scrollHeight - frame.clientHeight];
    })()`);
  const scale = () =>
    page.evaluate<number>(`(() => {
      const svg = document.querySelector('[data-sheet]').shadowRoot.querySelector('svg');
      return svg.width.baseVal.value / svg.viewBox.baseVal.width;
    })()`);
  for (const actor of ['camera:camera0', 'stream:camera0', 'media-server']) {
    await live.choose(actor);
    expect(await scale(), actor).toBeGreaterThan(0.79);
    await page.click('button:text-is("Fit")');
    await until(async () => (await hidden()).every((px) => px === 0), {
      what: `all of ${actor} is in sight`,
    });
    await page.click('button:text-is("Fit")');
  }
  expect(live.complaints).toEqual([]);
  await live.close();
}, 60_000);

test('filters leave what fits', async () => {
  const live = await openLive();
  await live.page.selectOption('.filters select >> nth=0', 'camera1');
  await until(async () => (await live.tree()).every((row) => !row.startsWith('camera0')), {
    what: 'camera1 alone',
  });
  await live.page.fill('.filters input', 'nothing is called so');
  await live.page.waitForSelector('.actors .nothing');
  await live.page.click('button:text-is("Show all")');
  await until(async () => (await live.tree()).some((row) => row.startsWith('camera0')), {
    what: 'all again',
  });
  await live.close();
}, 60_000);

test('a viewer sees all of it and has no buttons for faults; a wrong key is refused with a sentence', async () => {
  const viewer = await InspectorPage.open(browser, address());
  await viewer.page.fill('#key', 'csk_000000000000_wrong');
  await viewer.page.click('button[type=submit]');
  await viewer.page.waitForSelector('.wrong');
  await viewer.logIn(jwt.sign({ user_id: 'guest', role: 'viewer' }, SECRET, { expiresIn: 600 }));
  await viewer.choose('camera:camera0');
  await viewer.untilLit('camera.ready.confirmed');
  expect(await viewer.page.locator('.faults').count()).toBe(0);
  expect(await viewer.page.textContent('[data-connection]')).toContain('viewer');
  await viewer.close();
}, 60_000);

test('Escape closes the signs, and one goes on where one was', async () => {
  const live = await openLive();
  const { keyboard } = live.page;
  await live.page.focus('button:text-is("Signs")');
  await keyboard.press('Enter');
  await live.page.waitForSelector('#legend');
  await keyboard.press('Escape');
  expect(await live.page.locator('#legend').count()).toBe(0);
  expect(await live.page.evaluate('document.activeElement.textContent')).toBe('Signs');
  await live.close();
}, 60_000);

test('a login that ends is told, and what is old is not shown as live', async () => {
  const guest = await InspectorPage.open(browser, address());
  await guest.logIn(jwt.sign({ user_id: 'guest', role: 'viewer' }, SECRET, { expiresIn: 4 }));
  await guest.page.waitForSelector('.wrong', { timeout: 20_000 });
  expect(await guest.page.textContent('.wrong')).toMatch(/expired/);
  expect(await guest.page.locator('[data-connection="live"]').count()).toBe(0);
  await guest.page.reload();
  await guest.page.waitForSelector('#key');
  await guest.close();
}, 60_000);
